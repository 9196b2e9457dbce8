import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxRoot, writeConfig, writeSandboxSettings } from '../local/local-config.js';
import { anyPorts } from '../local/ports.js';
import { isHealthy, sandboxProgram, startProgram } from '../local/program.js';
import { DIST } from '../local/project.js';
import { type Service, startService, untilReady } from '../local/service.js';
import type { State } from '../local/state.js';
import { SandboxClient } from '../sandbox/client/sandbox-client.js';
import { openArchive } from '../src/archive/open-archive.js';
import { type Config, loadConfig } from '../src/config.js';

/** Sandbox, gateway and worker as `npm start` runs them. The pauses are too short to matter. */
export interface Ours {
  config: Config;
  provider: SandboxClient;
  worker: Service;
  gateway: Service;
  stop(): Promise<void>;
}

export async function startOurs(state: State, temporalAddress: string): Promise<Ours> {
  const ports = await anyPorts();
  writeConfig(state, { temporalAddress, uiAddress: undefined, ports, roots: [sandboxRoot(state)] });
  const settings = JSON.parse(readFileSync(state.configFile, 'utf8')) as Record<string, unknown>;
  settings['temporal'] = { address: temporalAddress, taskQueue: 'ours' };
  settings['policy'] = { watch: { gap: 50, soon: [200, 500, 1000] } };
  settings['floor'] = { gap: 50, pause: 100 };
  writeFileSync(state.configFile, JSON.stringify(settings));
  const config = loadConfig({ VIDEOID_CONFIG: state.configFile });
  await (await openArchive(config.archive, { create: true })).close();
  const place = { state, within: 60_000 };
  const run = (name: string, port: number): Promise<Service> =>
    startProgram({ name, script: `src/${name}.js`, args: [], ready: () => isHealthy(port) }, place);
  const sandbox = await startProgram(sandboxProgram(state, ports, writeSandboxSettings(state, ports.gateway)), place);
  const [worker, gateway] = await Promise.all([run('worker', ports.worker), run('gateway', ports.gateway)]);
  return {
    config,
    provider: new SandboxClient(`http://127.0.0.1:${ports.sandbox}`),
    worker,
    gateway,
    stop: async () => void (await Promise.all([worker, gateway, sandbox].map((service) => service.stop()))),
  };
}

/** The worker of the bare workflow. */
export async function startBare(state: State, temporalAddress: string, taskQueue: string): Promise<Service> {
  const worker = await startService({
    name: 'bare-worker',
    program: process.execPath,
    args: [join(DIST, 'bench', 'bare-worker.js'), temporalAddress, taskQueue],
    logFile: state.logFile('bare-worker'),
    readyLine: /^ready$/,
  });
  await untilReady(worker, async () => true, 60_000);
  return worker;
}

/** The CPU time that a process has used so far, in milliseconds. Linux counts in hundredths of a second. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
