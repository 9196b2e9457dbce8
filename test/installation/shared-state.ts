import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { anyPorts } from '../../local/ports.js';
import type { Service } from '../../local/service.js';
import { openState, type State } from '../../local/state.js';
import { runningService } from './running-service.js';

/** The parts of an installation that keep running after the test file that started it. */
export interface Kept {
  state: State;
  ports: Awaited<ReturnType<typeof anyPorts>>;
  services: Map<string, Service>;
}

/** The folder of the installation that all test files of this jest process share. The global teardown stops and removes it. */
export function sharedDirectory(): string {
  const installations = process.env['TEST_INSTALLATIONS'];
  if (installations === undefined)
    throw new Error('TEST_INSTALLATIONS is not set: the global setup of jest did not run.');
  return join(installations, process.env['JEST_WORKER_ID'] ?? '1');
}

export function keep({ state, ports, services }: Kept): void {
  const running = [...services.values()].filter((service) => service.running());
  writeFileSync(state.portsFile, JSON.stringify(ports));
  writeFileSync(state.processesFile, JSON.stringify(Object.fromEntries(running.map(({ name, pid }) => [name, pid]))));
}

/** Undefined in the first file. */
export async function keptBefore(): Promise<Kept | undefined> {
  if (!existsSync(join(sharedDirectory(), 'ports.json'))) return undefined;
  const state = await openState(sharedDirectory());
  const ports = JSON.parse(readFileSync(state.portsFile, 'utf8')) as Kept['ports'];
  const processes = JSON.parse(readFileSync(state.processesFile, 'utf8')) as Record<string, number>;
  const services = Object.entries(processes).map(([name, pid]) => [name, runningService(state, name, pid)] as const);
  return { state, ports, services: new Map(services) };
}
