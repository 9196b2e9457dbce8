import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { anyPort } from '../ports.js';
import { openScreen, type Screen } from '../screen.js';
import type { ServiceOrder } from '../service.js';
import { ThrowAwayServer } from './throw-away-server.js';
import { findVersitygw } from './versitygw-binary.js';

export interface S3Options {
  /** In its own folder if absent. */
  logFile?: string;
  /** Where the search for the server is shown. */
  screen?: Screen;
  /** False: fails if it would have to build a server. */
  make?: boolean;
}

/** How to reach an S3 server. */
export interface S3Access {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const REGION = 'us-east-1';

/** An S3 server on a temporary folder, on the loopback address alone: versitygw. Buckets are named in the path. */
export class S3Server extends ThrowAwayServer {
  private constructor(
    /** The folder with a folder for each bucket, in which each object is a file. */
    readonly objects: string,
    readonly access: S3Access,
    folder: string,
    order: ServiceOrder,
  ) {
    super(folder, order);
  }

  static async start(options: S3Options = {}): Promise<S3Server> {
    const screen = options.screen ?? openScreen({ write: () => true });
    const { path } = await findVersitygw({ environment: process.env, screen, make: options.make ?? true });
    const folder = mkdtempSync(join(tmpdir(), 'videoid-s3-'));
    // Not every file system of temporary files has room for metadata beside a file.
    const objects = join(folder, 'objects');
    const metadata = join(folder, 'metadata');
    for (const made of [objects, metadata]) mkdirSync(made);
    const address = `127.0.0.1:${await anyPort()}`;
    const access = {
      endpoint: `http://${address}`,
      region: REGION,
      accessKeyId: 'videoid',
      secretAccessKey: randomBytes(16).toString('hex'),
    };
    const server = new S3Server(objects, access, folder, {
      name: 's3',
      program: path,
      args: ['--port', address, '--health', '/health', 'posix', '--sidecar', metadata, objects],
      environment: {
        ...process.env,
        ROOT_ACCESS_KEY_ID: access.accessKeyId,
        ROOT_SECRET_ACCESS_KEY: access.secretAccessKey,
        VGW_REGION: REGION,
      },
      logFile: options.logFile ?? join(folder, 's3.log'),
      readyLine: /service listening on:/,
    });
    await server.start();
    return server;
  }

  /** Makes an empty bucket. Returns its name. */
  async createBucket(name = `test-${randomUUID()}`): Promise<string> {
    const client = this.client();
    try {
      await client.send(new CreateBucketCommand({ Bucket: name }));
    } finally {
      client.destroy();
    }
    return name;
  }

  /** Who gets it must destroy it. */
  client(): S3Client {
    const { endpoint, region, ...credentials } = this.access;
    return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  }

  protected async answers(): Promise<boolean> {
    return fetch(`${this.access.endpoint}/health`, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
