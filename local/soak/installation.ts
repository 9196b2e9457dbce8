import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { VideoIdClient } from '../../src/client.js';
import { type Config, loadConfig } from '../../src/config.js';
import { archiveSettings, ownVariables } from '../combination.js';
import { AUTHORITIES, sandboxRoot, writeConfig, writeSandboxSettings } from '../local-config.js';
import { anyPort, anyPorts } from '../ports.js';
import { isHealthy, sandboxProgram, startProgram } from '../program.js';
import { openScreen } from '../screen.js';
import { PostgresServer } from '../servers/postgres-server.js';
import { S3Server } from '../servers/s3-server.js';
import { exitWords, type Service } from '../service.js';
import { openState, type State } from '../state.js';
import { startTemporalServer, type TemporalPorts } from '../temporal-server.js';
import { type Plan, type Program, programsOf, type Victim } from './plan.js';
import { COOL_DOWN } from './policies.js';

/** Milliseconds. Long, because a machine may be busy. */
const READY_WITHIN = 240_000;

/** The registration authority that keeps no secrets of enrolments. The others keep them sealed. */
export const DROPS_SECRETS = 'automatic';

type Ports = Awaited<ReturnType<typeof anyPorts>> & { temporal: TemporalPorts };

/** The servers of a distributed archive. */
interface ArchiveServers {
  postgres: PostgresServer;
  s3: S3Server;
}

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
    private readonly plan: Plan,
    private readonly ports: Ports,
    private readonly servers: ArchiveServers | undefined,
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
    const ports = { ...(await anyPorts()), temporal };
    const servers = plan.combination === 'single' ? undefined : await archiveServers(state);
    const config = await settings(state, plan, { ports, servers });
    const archive = await openArchive(config.archive, { create: true });
    const client = await VideoIdClient.connect(config);
    const installation = new SoakInstallation(state, config, client, archive, plan, ports, servers, died);
    writeProviderSettings(state, ports, plan);
    await installation.up(programsOf(plan).filter((program) => program !== 'postgres' && program !== 's3'));
    return installation;
  }

  /** PEM of the roots that the chains of signed files must end with. */
  roots(): string[] {
    return [readFileSync(sandboxRoot(this.state), 'utf8')];
  }

  /** Sends SIGKILL now. Returns the killed programs, for `up`. */
  async kill(victim: Victim): Promise<readonly Program[]> {
    const killed = victim === 'everything' ? programsOf(this.plan) : [victim];
    const servers = killed.flatMap((program) => this.server(program) ?? []);
    const services = killed.flatMap((program) => this.running.get(program) ?? []);
    for (const service of services) {
      this.expected.add(service);
      if (service.running()) process.kill(service.pid, 'SIGKILL');
    }
    await Promise.all([...servers.map((server) => server.kill()), ...services.map((service) => service.exited)]);
    return killed;
  }

  /** Starts programs again with the same state and ports. Servers of others start first, because ours need them. */
  async up(programs: readonly Program[]): Promise<void> {
    const first = programs.filter((program) => program === 'temporal' || this.server(program) !== undefined);
    await Promise.all(first.map(async (program) => this.server(program)?.start() ?? this.run(program)));
    await Promise.all(programs.filter((program) => !first.includes(program)).map((program) => this.run(program)));
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.archive.close();
    for (const service of this.running.values()) this.expected.add(service);
    const { temporal, ...others } = Object.fromEntries(this.running);
    await Promise.all(Object.values(others).map((service) => service.stop(5000)));
    await temporal?.stop(5000);
    await Promise.all([this.servers?.postgres.close(), this.servers?.s3.close()]);
  }

  private server(program: Program): PostgresServer | S3Server | undefined {
    return program === 'postgres' || program === 's3' ? this.servers?.[program] : undefined;
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
    const { state, ports } = this;
    const place = { state, within: READY_WITHIN };
    switch (program) {
      case 'temporal':
        return this.beginTemporal();
      case 'postgres':
      case 's3':
        throw new Error(`${program} is no program of ours.`);
      case 'sandbox':
        return startProgram(sandboxProgram(state, ports, providerSettings(state)), place);
      case 'gateway':
        return this.beginOurs(program, 'src/gateway.js', ports.gateway);
      case 'gateway-2':
        return this.beginOurs(program, 'src/gateway.js', ports.secondGateway);
      case 'worker':
        return this.beginOurs(program, 'src/worker.js', ports.worker);
      case 'worker-2':
        return this.beginOurs(program, 'src/worker.js', ports.secondWorker);
    }
  }

  private beginOurs(name: Program, script: string, port: number): Promise<Service> {
    const { state, ports } = this;
    const environment = ownVariables(name, { state, ports, combination: this.plan.combination });
    const ready = (): Promise<boolean> => isHealthy(port);
    return startProgram({ name, script, args: [], ready }, { state, within: READY_WITHIN, environment });
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

async function archiveServers(state: State): Promise<ArchiveServers> {
  return {
    postgres: await PostgresServer.start({ logFile: state.logFile('postgres') }),
    s3: await S3Server.start({ logFile: state.logFile('s3') }),
  };
}

async function settings(
  state: State,
  plan: Plan,
  { ports, servers }: { ports: Ports; servers: ArchiveServers | undefined },
): Promise<Config> {
  const temporalAddress = `127.0.0.1:${ports.temporal.frontend}`;
  writeConfig(state, { temporalAddress, ports, uiAddress: undefined, roots: [sandboxRoot(state)] });
  const written = JSON.parse(readFileSync(state.configFile, 'utf8')) as {
    archive: object;
    floor: object;
    environments: Record<string, object>;
    registrationAuthorities: Record<string, object>;
  };
  Object.assign(written.registrationAuthorities[AUTHORITIES[DROPS_SECRETS]] ?? {}, { enrolment: { secrets: 'drop' } });
  for (const environment of Object.values(written.environments))
    Object.assign(environment, { assumptions: { cancelByDelete: plan.cancelByDelete } });
  if (servers !== undefined) {
    const files = { ...servers.s3.access, bucket: await servers.s3.createBucket() };
    written.archive = archiveSettings(state, { database: await servers.postgres.createDatabase('soak'), files });
  }
  written.floor = { deadline: 1, gap: 1, slow: 1, pause: 1, settle: 1 };
  writeFileSync(state.configFile, JSON.stringify(written));
  return loadConfig({ VIDEOID_CONFIG: state.configFile });
}

function providerSettings(state: State): string {
  return join(state.directory, 'sandbox.json');
}

function writeProviderSettings(state: State, { gateway, secondGateway }: Ports, plan: Plan): void {
  const second = plan.combination === 'distributed' ? [secondGateway] : [];
  const file = writeSandboxSettings(state, gateway, ...second);
  const written = JSON.parse(readFileSync(file, 'utf8')) as object;
  const behaviour = {
    codeCoolDown: COOL_DOWN,
    webhookShape: plan.webhookShape,
    ra: { scratchcards: plan.scratchcards },
    webhookRetries: Array.from({ length: 30 }, () => 1000),
  };
  writeFileSync(file, JSON.stringify({ ...written, behaviour }));
}
