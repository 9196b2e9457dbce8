import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import { AUTHORITIES, OFFICER, sandboxRoot, writeConfig, writeSandboxSettings } from '../../local/local-config.js';
import { anyPorts } from '../../local/ports.js';
import { isHealthy, type ProgramOrder, sandboxProgram, startProgram } from '../../local/program.js';
import type { Service } from '../../local/service.js';
import { openState, type State } from '../../local/state.js';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { VideoIdClient } from '../../src/client.js';
import { type Config, loadConfig } from '../../src/config.js';
import { openArchive } from '../../src/archive/file-archive.js';
import { STEP_NAMES } from '../../src/messages/policy.js';
import { connectClient } from '../../src/temporal/connection.js';
import { layKeys } from '../keys.js';
import { LIKE_ASSUMPTIONS, LIKE_BEHAVIOUR } from './like.js';
import { type Kept, keep, keptBefore, sharedDirectory } from './shared-state.js';
import { shareSandbox, shareSettings } from './shared-settings.js';

export { AUTHORITIES, OFFICER };

/** Pauses that are short enough for tests. All other settings are the defaults. */
const QUICK = {
  watch: { gap: 50, soon: [50, 100, 200, 400], slow: 2000 },
  code: { coolDown: 300 },
  sign: { settle: 500 },
  retrieve: { filesWithin: 5000 },
  steps: Object.fromEntries(
    STEP_NAMES.map((step) => [step, { startToClose: 10_000, budget: 3000, backoff: 100, slowest: 500 }]),
  ),
};

/** In tests, people take less time. */
const NO_FLOOR = { deadline: 1, gap: 1, slow: 1, pause: 1, settle: 1 };

export interface InstallationOptions {
  /** Settings that replace the local ones. */
  settings?: (settings: Record<string, unknown>) => void;
  /** Extra variables for worker and gateway. */
  environment?: Record<string, string>;
  /** The sandbox's `behaviour` settings. */
  sandbox?: object;
  gateway?: boolean;
  /** Another Temporal server than the shared one. */
  temporalAddress?: string;
  /** The folder of its state. A new one if left out. */
  directory?: string;
}

/** A complete installation on the Temporal server of the tests: sandbox, worker and gateway as processes, and a client. */
export class Installation {
  readonly provider: SandboxClient;

  private constructor(
    readonly state: State,
    readonly config: Config,
    readonly client: VideoIdClient,
    private readonly ports: Kept['ports'],
    private readonly environment: Record<string, string>,
    private readonly services = new Map<string, Service>(),
    private readonly shared = false,
  ) {
    this.provider = new SandboxClient(`http://127.0.0.1:${ports.sandbox}`);
  }

  /**
   * The installation that the test files of one jest process share, one after the other. Its settings are in
   * `shared-settings.ts`. A file may kill its programs, and change the settings and faults of its sandbox: `close` restores all of it.
   */
  static async shared(): Promise<Installation> {
    const kept = (await keptBefore()) ?? (await Installation.prepare({ settings: shareSettings }, sharedDirectory()));
    const { state, ports, services } = kept;
    const config = loadConfig({ VIDEOID_CONFIG: state.configFile });
    const client = await VideoIdClient.connect(config);
    const installation = new Installation(state, config, client, ports, {}, services, true);
    await installation.startWhatIsMissing();
    return installation;
  }

  get sandboxPort(): number {
    return this.ports.sandbox;
  }

  static async start(options: InstallationOptions = {}): Promise<Installation> {
    const { state, ports } = await Installation.prepare(
      options,
      options.directory ?? mkdtempSync(join(tmpdir(), 'videoid-test-')),
    );
    const config = loadConfig({ VIDEOID_CONFIG: state.configFile });
    const client = await VideoIdClient.connect(config);
    const installation = new Installation(state, config, client, ports, options.environment ?? {});
    await installation.startWhatIsMissing(options);
    return installation;
  }

  /** Everything but the programs. */
  private static async prepare(options: InstallationOptions, folder: string): Promise<Kept> {
    await layKeys(folder);
    const state = await openState(folder);
    const ports = await anyPorts();
    const temporalAddress = options.temporalAddress ?? process.env['TEMPORAL_ADDRESS'] ?? '';
    writeConfig(state, { temporalAddress, uiAddress: undefined, ports, roots: [sandboxRoot(state)] });
    const settings = JSON.parse(readFileSync(state.configFile, 'utf8')) as Record<string, unknown>;
    settings['policy'] = structuredClone(QUICK);
    settings['floor'] = { ...NO_FLOOR };
    settings['temporal'] = { address: temporalAddress, taskQueue: `test-${randomUUID()}` };
    assume(settings, LIKE_ASSUMPTIONS);
    options.settings?.(settings);
    writeFileSync(state.configFile, JSON.stringify(settings));
    const { directory, reserve } = loadConfig({ VIDEOID_CONFIG: state.configFile }).archive;
    await openArchive({ directory, create: true, reserveBytes: reserve });
    return { state, ports, services: new Map() };
  }

  private async startWhatIsMissing({ sandbox, gateway = true }: InstallationOptions = {}): Promise<void> {
    const missing = (name: string): boolean => this.services.get(name)?.running() !== true;
    try {
      if (missing('sandbox')) await this.startSandbox(sandbox);
      const starts = [
        ...(missing('worker') ? [this.startWorker()] : []),
        ...(gateway && missing('gateway') ? [this.startGateway()] : []),
      ];
      await Promise.allSettled(starts); // all starts must end before it is closed
      await Promise.all(starts);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** `more` replaces some of the sandbox's `behaviour` settings. */
  async startSandbox(more?: object): Promise<void> {
    const file = writeSandboxSettings(this.state, this.config.gateway.port);
    const settings = JSON.parse(readFileSync(file, 'utf8')) as {
      registrationAuthorities: Record<string, { behaviour: object }>;
    };
    // An RSA key for each signature takes seconds. `signed.test.ts` tests RSA.
    const behaviour = { algorithm: 'ecdsa', codeCoolDown: 300, ...LIKE_BEHAVIOUR, ...more };
    const shared = this.shared ? shareSandbox(settings.registrationAuthorities) : {};
    writeFileSync(file, JSON.stringify({ ...settings, ...shared, behaviour }));
    await this.run(sandboxProgram(this.state, this.ports, file));
  }

  startWorker(name = 'worker', environment: Record<string, string> = {}): Promise<void> {
    const port = Number(environment['VIDEOID_WORKER_HEALTH_PORT'] ?? this.config.worker.healthPort);
    return this.run({ name, script: 'src/worker.js', args: [], ready: () => isHealthy(port) }, environment);
  }

  /** `videoid worker`, like a person types it. */
  startWorkerByCommand(environment: Record<string, string> = {}): Promise<void> {
    const ready = (): Promise<boolean> => isHealthy(this.config.worker.healthPort);
    return this.run({ name: 'worker', script: 'src/cli.js', args: ['worker'], ready }, environment);
  }

  startGateway(name = 'gateway', environment: Record<string, string> = {}): Promise<void> {
    const port = Number(environment['VIDEOID_GATEWAY_PORT'] ?? this.config.gateway.port);
    return this.run({ name, script: 'src/gateway.js', args: [], ready: () => isHealthy(port) }, environment);
  }

  startCodecServer(): Promise<void> {
    return this.run({ name: 'codec-server', script: 'src/cli.js', args: ['codec-server'] });
  }

  /** Sends SIGKILL now. */
  async kill(name: string): Promise<void> {
    const service = this.services.get(name);
    if (!service) throw new Error(`${name} does not run`);
    process.kill(service.pid, 'SIGKILL');
    await service.exited;
  }

  /** Stops them in order, like an operator does. */
  async stop(name: string): Promise<void> {
    const service = this.services.get(name);
    if (!service) throw new Error(`${name} does not run`);
    await service.stop();
  }

  pid(name: string): number {
    const service = this.services.get(name);
    if (!service) throw new Error(`${name} does not run`);
    return service.pid;
  }

  log(name: string): string {
    return readFileSync(this.state.logFile(name), 'utf8');
  }

  async close(): Promise<void> {
    await this.client.close();
    if (this.shared) return this.leave();
    await Promise.all([...this.services.values()].map((service) => service.stop()));
    rmSync(this.state.directory, { recursive: true, force: true });
  }

  /** Prepares it for the next file: no request runs, and the sandbox is as it was at the start. */
  private async leave(): Promise<void> {
    const { connection, client } = await connectClient(this.config.temporal, {});
    try {
      const query = `TaskQueue = '${this.config.temporal.taskQueue}' AND ExecutionStatus = 'Running'`;
      for await (const { workflowId } of client.workflow.list({ query })) {
        const running = client.workflow.getHandle(workflowId);
        await running.terminate('the test file is over').catch(unlessItEnded);
      }
    } finally {
      await connection.close();
    }
    if (this.services.get('sandbox')?.running() !== true) return;
    await this.provider.clearFaults();
    await this.provider.resetSettings();
  }

  private async run(order: ProgramOrder, environment: Record<string, string> = {}): Promise<void> {
    const { state, ports, services, shared } = this;
    const place = { state, within: 60_000, environment: { ...this.environment, ...environment }, outlivesUs: shared };
    services.set(order.name, await startProgram(order, place));
    if (shared) keep({ state, ports, services });
  }
}

function assume(settings: Record<string, unknown>, assumptions: Record<string, unknown>): void {
  const environments = settings['environments'] as Record<string, { assumptions?: object }>;
  for (const environment of Object.values(environments)) environment.assumptions = { ...assumptions };
}

/** A request may end by itself at the same time. */
function unlessItEnded(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
