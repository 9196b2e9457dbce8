import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { anyPort } from '../ports.js';
import { openScreen, type Screen } from '../screen.js';
import type { ServiceOrder } from '../service.js';
import { findPostgres } from './postgres-binary.js';
import { ThrowAwayServer } from './throw-away-server.js';

export interface PostgresOptions {
  /** Whether what is committed survives a crash of the machine. Slow. A killed server loses nothing either way. */
  fsync?: boolean;
  /** In its own folder if absent. */
  logFile?: string;
  /** Where the search for the server is shown. */
  screen?: Screen;
  /** False: fails if it would have to install a server. */
  make?: boolean;
}

const SUPERUSER = 'videoid';
/** Many test files at once, each with some programs. */
const CONNECTIONS = 300;

/**
 * A PostgreSQL server in a temporary folder, on the loopback address alone. Its databases sort by a language, so that a missing
 * `COLLATE "C"` is noticed. Passwords are asked for.
 */
export class PostgresServer extends ThrowAwayServer {
  private constructor(
    folder: string,
    private readonly port: number,
    private readonly password: string,
    order: ServiceOrder,
  ) {
    super(folder, order);
  }

  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const screen = options.screen ?? openScreen({ write: () => true });
    const { folder: programs } = await findPostgres({ environment: process.env, screen, make: options.make ?? true });
    const folder = mkdtempSync(join(tmpdir(), 'videoid-postgres-'));
    const data = join(folder, 'data');
    const password = randomBytes(16).toString('hex');
    const user = await otherThanRoot();
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user !== undefined) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
    const initial = [
      ['--pgdata', data],
      ['--username', SUPERUSER],
      ['--pwfile', passwordFile],
      ['--auth', 'scram-sha-256'],
      ['--encoding', 'UTF8'],
      // ICU needs no locale of the system.
      ['--locale-provider', 'icu'],
      ['--icu-locale', 'en-US'],
      ['--locale', 'C'],
    ];
    await promisify(execFile)(join(programs, 'initdb'), [...initial.flat(), '--no-sync'], { cwd: folder, ...user });
    const port = await anyPort();
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: CONNECTIONS,
      ...(options.fsync !== true && { fsync: 'off', full_page_writes: 'off' }),
    };
    const server = new PostgresServer(folder, port, password, {
      name: 'postgres',
      program: join(programs, 'postgres'),
      args: [
        '-D',
        data,
        '-p',
        String(port),
        ...Object.entries(settings).flatMap(([name, to]) => ['-c', `${name}=${to}`]),
      ],
      logFile: options.logFile ?? join(folder, 'postgres.log'),
      directory: folder,
      readyLine: /database system is ready to accept connections/,
      // SIGTERM waits for the clients to go.
      stopSignal: 'SIGINT',
      ...(user !== undefined && { user }),
    });
    await server.start();
    return server;
  }

  /** Makes an empty database. Returns its URL, with the superuser and its password. */
  async createDatabase(name = `test-${randomUUID()}`): Promise<string> {
    await this.query(`CREATE DATABASE "${name}"`);
    return this.url(name);
  }

  /** Removes a database, and cuts its connections. */
  async dropDatabase(name: string): Promise<void> {
    await this.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  }

  url(database = 'postgres'): string {
    return `postgres://${SUPERUSER}:${this.password}@127.0.0.1:${this.port}/${database}`;
  }

  protected async answers(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  private async query(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.url(), connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}

/** PostgreSQL refuses to run as root. Its package makes the user `postgres`. */
async function otherThanRoot(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = async (flag: string): Promise<number> =>
        Number((await promisify(execFile)('id', [flag, name])).stdout);
      return { uid: await id('-u'), gid: await id('-g') };
    } catch {
      // There is no such user.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody".');
}
