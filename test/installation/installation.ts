import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/client';
import { type Combination, GATEWAYS, ownVariables, WORKERS } from '../../local/combination.js';
import { AUTHORITIES, OFFICER, writeSandboxSettings } from '../../local/local-config.js';
import { isHealthy, type ProgramOrder, sandboxProgram, startProgram } from '../../local/program.js';
import type { Service } from '../../local/service.js';
import type { State } from '../../local/state.js';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { VideoIdClient } from '../../src/client.js';
import { type Config, loadConfig } from '../../src/config.js';
import { connectClient } from '../../src/temporal/connection.js';
import { LIKE_BEHAVIOUR } from './like.js';
import { type Preparation, prepare, wanted } from './prepare.js';
import { type Kept, keep, keptBefore, sharedDirectory } from './shared-state.js';
import { shareSandbox, shareSettings } from './shared-settings.js';

export { AUTHORITIES, OFFICER };

export interface InstallationOptions extends Preparation {
  /** Extra variables for worker and gateway. */
  environment?: Record<string, string>;
  /** The sandbox's `behaviour` settings. */
  sandbox?: object;
  gateway?: boolean;
  /** The folder of its state. A new one if left out. */
  directory?: string;
}

/** A complete installation on the Temporal server of the tests: sandbox, worker and gateway as processes, and a client. */
export class Installation {
  readonly provider: SandboxClient;

  private constructor(
    readonly state: State,
    readonly config: Config,
    public client: VideoIdClient,
    readonly ports: Kept['ports'],
    private readonly environment: Record<string, string>,
    readonly combination: Combination,
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
    const kept = (await keptBefore()) ?? (await prepare({ settings: shareSettings }, sharedDirectory()));
    const { state, ports, services } = kept;
    const config = loadConfig({ VIDEOID_CONFIG: state.configFile });
    const client = await VideoIdClient.connect(config);
    const installation = new Installation(state, config, client, ports, {}, wanted(), services, true);
    await installation.startWhatIsMissing();
    return installation;
  }

  get sandboxPort(): number {
    return this.ports.sandbox;
  }

  /** The names of its workers: one, or two in a distributed installation. */
  get workers(): readonly string[] {
    return WORKERS[this.combination];
  }

  get gateways(): readonly string[] {
    return GATEWAYS[this.combination];
  }

  /** Where its workers and gateways say how they are. */
  get healthPorts(): readonly number[] {
    const { worker, gateway } = this.config;
    const { secondWorker, secondGateway } = this.ports;
    return [worker.healthPort, gateway.port, ...(this.workers.length > 1 ? [secondWorker, secondGateway] : [])];
  }

  static async start(options: InstallationOptions = {}): Promise<Installation> {
    const { state, ports } = await prepare(options, options.directory ?? mkdtempSync(join(tmpdir(), 'videoid-test-')));
    const config = loadConfig({ VIDEOID_CONFIG: state.configFile });
    const client = await VideoIdClient.connect(config);
    const installation = new Installation(state, config, client, ports, options.environment ?? {}, wanted(options));
    await installation.startWhatIsMissing(options);
    return installation;
  }

  private async startWhatIsMissing({ sandbox, gateway = true }: InstallationOptions = {}): Promise<void> {
    const missing = (name: string): boolean => this.services.get(name)?.running() !== true;
    try {
      if (missing('sandbox')) await this.startSandbox(sandbox);
      const starts = [
        ...this.workers.filter(missing).map((name) => this.startWorker(name)),
        ...(gateway ? this.gateways : []).filter(missing).map((name) => this.startGateway(name)),
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
    const { gateway, secondGateway } = this.ports;
    const file = writeSandboxSettings(this.state, gateway, ...(this.gateways.length > 1 ? [secondGateway] : []));
    const settings = JSON.parse(readFileSync(file, 'utf8')) as {
      registrationAuthorities: Record<string, { behaviour: object }>;
    };
    // An RSA key for each signature takes seconds. `signed.test.ts` tests RSA.
    const behaviour = { algorithm: 'ecdsa', codeCoolDown: 300, ...LIKE_BEHAVIOUR, ...more };
    const shared = this.shared ? shareSandbox(settings.registrationAuthorities) : {};
    writeFileSync(file, JSON.stringify({ ...settings, ...shared, behaviour }));
    await this.run(sandboxProgram(this.state, this.ports, file));
  }

  startWorker(name = 'worker', more: Record<string, string> = {}): Promise<void> {
    const environment = { ...ownVariables(name, this), ...more };
    const port = Number(environment['VIDEOID_WORKER_HEALTH_PORT'] ?? this.config.worker.healthPort);
    return this.run({ name, script: 'src/worker.js', args: [], ready: () => isHealthy(port) }, environment);
  }

  /** Sends SIGKILL to all workers now. */
  async killWorkers(): Promise<void> {
    await Promise.all(this.workers.map((name) => this.kill(name)));
  }

  async startWorkers(): Promise<void> {
    await Promise.all(this.workers.map((name) => this.startWorker(name)));
  }

  /** `videoid worker`, like a person types it. */
  startWorkerByCommand(environment: Record<string, string> = {}): Promise<void> {
    const ready = (): Promise<boolean> => isHealthy(this.config.worker.healthPort);
    return this.run({ name: 'worker', script: 'src/cli.js', args: ['worker'], ready }, environment);
  }

  startGateway(name = 'gateway', more: Record<string, string> = {}): Promise<void> {
    const environment = { ...ownVariables(name, this), ...more };
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

  /** Makes the client anew, after the archive was replaced. */
  async reconnect(): Promise<void> {
    this.client = await VideoIdClient.connect(this.config);
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

/** A request may end by itself at the same time. */
function unlessItEnded(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
