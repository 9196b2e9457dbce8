import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyPort } from '../../local/ports.js';
import { openScreen } from '../../local/screen.js';
import { startTemporalServer, type TemporalPorts, type TemporalServer } from '../../local/temporal-server.js';

/** A separate Temporal server on a database file, for tests that kill it, search it or count on it. */
export class OwnServer {
  private constructor(
    readonly folder: string,
    readonly ports: TemporalPorts,
    private server: TemporalServer,
  ) {}

  /** @param folder for its database; a new one if left out */
  static async start(folder = mkdtempSync(join(tmpdir(), 'videoid-own-temporal-'))): Promise<OwnServer> {
    const ports = { frontend: await anyPort(), ui: await anyPort(), metrics: await anyPort(), http: await anyPort() };
    return new OwnServer(folder, ports, await begin(folder, ports));
  }

  get address(): string {
    return this.server.address;
  }

  get databaseFile(): string {
    return join(this.folder, 'temporal.sqlite');
  }

  get logFile(): string {
    return join(this.folder, 'temporal.log');
  }

  /** Stops it in order. `again` starts it with the same file and ports. */
  async stop(): Promise<void> {
    await this.server.close();
  }

  /** Sends SIGKILL now. `again` starts it with the same file and ports. */
  async kill(): Promise<void> {
    const { service } = this.server;
    if (!service) throw new Error('the server is not ours');
    process.kill(service.pid, 'SIGKILL');
    await service.exited;
  }

  async again(): Promise<void> {
    this.server = await begin(this.folder, this.ports);
  }

  /** The server's own count of billable Actions, by type. It is exported once a second, so wait before you read it. */
  async actions(): Promise<Map<string, number>> {
    const page = await (await fetch(this.server.metricsAddress ?? '')).text();
    const counts = new Map<string, number>();
    for (const [, labels = '', value = '0'] of page.matchAll(/^action\{(.*)\} (\S+)$/gm)) {
      const type = /action_type="([^"]*)"/.exec(labels)?.[1] ?? '';
      counts.set(type, (counts.get(type) ?? 0) + Number(value));
    }
    return counts;
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function begin(folder: string, ports: TemporalPorts): Promise<TemporalServer> {
  return startTemporalServer({
    screen: openScreen({ write: () => true }),
    databaseFile: join(folder, 'temporal.sqlite'),
    logFile: join(folder, 'temporal.log'),
    ports,
    // Not the server that other tests share.
    environment: { ...process.env, TEMPORAL_ADDRESS: undefined },
    make: false,
  });
}
