import { execFileSync } from 'node:child_process';
import { chownSync, closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import type { ArchivePlace } from '../../local/combination.js';
import { FaultyProxy } from '../../local/servers/faulty-proxy.js';
import { PostgresServer } from '../../local/servers/postgres-server.js';
import { S3Server } from '../../local/servers/s3-server.js';
import { mounts } from './disk-space.js';
import { S3Faults } from '../archive/files/s3-faults.js';

/** PostgreSQL and S3 of one installation alone. A test kills them, and makes the network to them bad. */
export class FaultyServers {
  private constructor(
    readonly postgres: PostgresServer,
    readonly s3: S3Server,
    /** The network before each of the two. */
    readonly network: Readonly<Record<'postgres' | 's3', FaultyProxy>>,
    /** What S3 answers. */
    readonly answers: S3Faults,
    readonly place: ArchivePlace,
    /** With the tables of the database, if this system lets us mount one. */
    private readonly disk: SmallDisk | undefined,
  ) {}

  static async start(): Promise<FaultyServers> {
    const [postgres, s3] = await Promise.all([PostgresServer.start({ make: false }), S3Server.start({ make: false })]);
    const disk = mounts() ? SmallDisk.mount(postgres) : undefined;
    const network = {
      postgres: await FaultyProxy.start(postgres.url()),
      s3: await FaultyProxy.start(s3.access.endpoint),
    };
    const answers = await S3Faults.start(network.s3.through(s3.access.endpoint));
    const place = {
      database: network.postgres.through(await newDatabase(postgres, disk)),
      files: { ...s3.access, endpoint: answers.endpoint, bucket: await s3.createBucket() },
    };
    return new FaultyServers(postgres, s3, network, answers, place, disk);
  }

  /** Nothing more fits on the disk with the tables. */
  fillDisk(): void {
    if (this.disk === undefined) throw new Error('The database has no disk of its own: nothing can be mounted here.');
    this.disk.fill();
  }

  emptyDisk(): void {
    this.disk?.empty();
  }

  /** Ends all faults. */
  async mend(): Promise<void> {
    this.answers.fault = () => undefined;
    this.emptyDisk();
    for (const line of Object.values(this.network)) {
      line.delay({});
      line.resume();
      if (!line.accepts) await line.accept();
    }
  }

  async close(): Promise<void> {
    await this.answers.close();
    await Promise.all([this.network.postgres.close(), this.network.s3.close()]);
    await Promise.all([this.postgres.close(), this.s3.close()]);
    this.disk?.close();
  }
}

/** In a tablespace on the small disk, if there is one. */
async function newDatabase(server: PostgresServer, disk: SmallDisk | undefined): Promise<string> {
  if (disk === undefined) return server.createDatabase();
  const client = new Client({ connectionString: server.url() });
  await client.connect();
  try {
    await client.query(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
    await client.query('CREATE DATABASE small TABLESPACE small');
  } finally {
    await client.end();
  }
  return server.url('small');
}

/** A file system in memory for the tables of a database. Its log is elsewhere: PostgreSQL stops if that has no space. */
class SmallDisk {
  private readonly filler: string;

  private constructor(
    private readonly mounted: string,
    /** For the server. */
    readonly folder: string,
  ) {
    this.filler = join(mounted, 'filler');
  }

  static mount(server: PostgresServer): SmallDisk {
    const mounted = mkdtempSync(join(tmpdir(), 'videoid-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=755', 'tmpfs', mounted]);
    const folder = mkdtempSync(join(mounted, 'tables-'));
    const { uid, gid } = statSync(dirname(server.logFile));
    chownSync(folder, uid, gid);
    return new SmallDisk(mounted, folder);
  }

  fill(): void {
    const file = openSync(this.filler, 'a');
    const piece = Buffer.alloc(4096);
    try {
      for (;;) writeSync(file, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.filler, { force: true });
  }

  close(): void {
    execFileSync('umount', ['-l', this.mounted]);
    rmSync(this.mounted, { recursive: true });
  }
}
