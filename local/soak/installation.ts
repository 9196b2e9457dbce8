import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/file-archive.js';
import { VideoIdClient } from '../../src/client.js';
import { type Config, loadConfig } from '../../src/config.js';
import { AUTHORITIES, sandboxRoot, writeConfig, writeSandboxSettings } from '../local-config.js';
import { anyPort, anyPorts } from '../ports.js';
import { isHealthy, sandboxProgram, startProgram } from '../program.js';
import { openScreen } from '../screen.js';
import { exitWords, type Service } from '../service.js';
import { openState, type State } from '../state.js';
import { startTemporalServer, type TemporalPorts } from '../temporal-server.js';
import type { Plan, Victim } from './plan.js';
import { COOL_DOWN } from './policies.js';

const PROGRAMS = ['temporal', 'sandbox', 'gateway', 'worker-1', 'worker-2'] as const;
type Program = (typeof PROGRAMS)[number];

/** Milliseconds. Long, because a machine may be busy. */
const READY_WITHIN = 240_000;

/** The registration authority that keeps no secrets of enrolments. The others keep them sealed. */
export const DROPS_SECRETS = 'automatic';

/** A complete installation for one soak, with its own Temporal server. Every program can be killed and started again. */
export class SoakInstallation {
  /** Its calls wait while the sandbox is down. */
  readonly provider: SandboxClient;
  private readonly running = new Map<Program, Service>();
  /** Programs that we kill or stop, so their end is expected. */
  private readonly expected = new Set<Service>();

  private constructor(
    readonly state: State,
    readonly config: Config,
    readonly client: VideoIdClient,
    readonly archive: Archive,
    private readonly ports: {
      temporal: TemporalPorts;
      sandbox: number;
      registrationAuthority: number;
      worker2: number;
    },
    /** Called when a program ends although nobody killed it. */
    private readonly died: (words: string) => void,
  ) {
    this.provider = new SandboxClient(`http://127.0.0.1:${ports.sandbox}`, 'wait');
  }

  static async start(directory: string, plan: Plan, died: (words: string) => void): Promise<SoakInstallation> {
    const state = await openState(directory);
    const temporal = {
      frontend: await anyPort(),
      ui: await anyPort(),
      metrics: await anyPort(),
      http: await anyPort(),
    };
    const ports = await anyPorts();
    const config = await settings(state, plan, { temporalAddress: `127.0.0.1:${temporal.frontend}`, ports });
    const { directory: place, reserve } = config.archive;
    const archive = await openArchive({ directory: place, create: true, reserveBytes: reserve });
    const client = await VideoIdClient.connect(config);
    const { sandbox, registrationAuthority } = ports;
    const all = { temporal, sandbox, registrationAuthority, worker2: await anyPort() };
    const installation = new SoakInstallation(state, config, client, archive, all, died);
    writeProviderSettings(state, config, plan);
    await installation.up(PROGRAMS);
    return installation;
  }

  /** PEM of the roots that the chains of signed files must end with. */
  roots(): string[] {
    return [readFileSync(sandboxRoot(this.state), 'utf8')];
  }

  /** Sends SIGKILL now. Returns the killed programs, for `up`. */
  async kill(victim: Victim): Promise<readonly Program[]> {
    const killed = victim === 'everything' ? PROGRAMS : [victim];
    const services = killed.flatMap((program) => this.running.get(program) ?? []);
    for (const service of services) {
      this.expected.add(service);
      if (service.running()) process.kill(service.pid, 'SIGKILL');
    }
    await Promise.all(services.map((service) => service.exited));
    return killed;
  }

  /** Starts programs again with the same state and ports. The Temporal server starts first, because others need it. */
  async up(programs: readonly Program[]): Promise<void> {
    if (programs.includes('temporal')) await this.run('temporal');
    await Promise.all(programs.filter((program) => program !== 'temporal').map((program) => this.run(program)));
  }

  async close(): Promise<void> {
    await this.client.close();
    for (const service of this.running.values()) this.expected.add(service);
    const { temporal, ...others } = Object.fromEntries(this.running);
    await Promise.all(Object.values(others).map((service) => service.stop(5000)));
    await temporal?.stop(5000);
  }

  private async run(program: Program): Promise<void> {
    const service = await this.begin(program);
    this.running.set(program, service);
    void service.exited.then(async (exit) => {
      if (this.expected.has(service)) return;
      this.died(`${program} ${exitWords(exit)} by itself: ${service.lastLines(3).join(' | ')}`);
      await this.run(program).catch((error: unknown) => this.died(`${program} did not start again: ${String(error)}`));
    });
  }

  private begin(program: Program): Promise<Service> {
    const { gateway, worker } = this.config;
    const ours = { name: program, args: [] };
    const place = { state: this.state, within: READY_WITHIN };
    switch (program) {
      case 'temporal':
        return this.beginTemporal();
      case 'sandbox':
        return startProgram(sandboxProgram(this.state, this.ports, providerSettings(this.state)), place);
      case 'gateway':
        return startProgram({ ...ours, script: 'src/gateway.js', ready: () => isHealthy(gateway.port) }, place);
      case 'worker-1':
        return startProgram({ ...ours, script: 'src/worker.js', ready: () => isHealthy(worker.healthPort) }, place);
      case 'worker-2':
        return startProgram(
          { ...ours, script: 'src/worker.js', ready: () => isHealthy(this.ports.worker2) },
          { ...place, environment: { VIDEOID_WORKER_HEALTH_PORT: String(this.ports.worker2) } },
        );
    }
  }

  private async beginTemporal(): Promise<Service> {
    const { service } = await startTemporalServer({
      screen: openScreen({ write: () => true }),
      databaseFile: this.state.databaseFile,
      logFile: this.state.logFile('temporal'),
      ports: this.ports.temporal,
      environment: { ...process.env, TEMPORAL_ADDRESS: undefined },
    });
    if (service === undefined) throw new Error('The Temporal server is not ours.');
    return service;
  }
}

async function settings(
  state: State,
  plan: Plan,
  order: { temporalAddress: string; ports: Parameters<typeof writeConfig>[1]['ports'] },
): Promise<Config> {
  writeConfig(state, { ...order, uiAddress: undefined, roots: [sandboxRoot(state)] });
  const written = JSON.parse(readFileSync(state.configFile, 'utf8')) as {
    floor: object;
    environments: Record<string, object>;
    registrationAuthorities: Record<string, object>;
  };
  Object.assign(written.registrationAuthorities[AUTHORITIES[DROPS_SECRETS]] ?? {}, { enrolment: { secrets: 'drop' } });
  for (const environment of Object.values(written.environments))
    Object.assign(environment, { assumptions: { cancelByDelete: plan.cancelByDelete } });
  written.floor = { deadline: 1, gap: 1, slow: 1, pause: 1, settle: 1 };
  writeFileSync(state.configFile, JSON.stringify(written));
  return loadConfig({ VIDEOID_CONFIG: state.configFile });
}

function providerSettings(state: State): string {
  return join(state.directory, 'sandbox.json');
}

function writeProviderSettings(state: State, config: Config, plan: Plan): void {
  const file = writeSandboxSettings(state, config.gateway.port);
  const written = JSON.parse(readFileSync(file, 'utf8')) as object;
  const behaviour = {
    codeCoolDown: COOL_DOWN,
    webhookShape: plan.webhookShape,
    ra: { scratchcards: plan.scratchcards },
    webhookRetries: Array.from({ length: 30 }, () => 1000),
  };
  writeFileSync(file, JSON.stringify({ ...written, behaviour }));
}
