import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { S3Server } from '../../../local/servers/s3-server.js';
import type { FileStore } from '../../../src/archive/files/file-store.js';
import { S3_LIMITS, type S3Limits } from '../../../src/archive/files/s3-client.js';
import type { S3Credentials, S3Settings } from '../../../src/archive/files/s3-settings.js';
import { openS3Store } from '../../../src/archive/files/s3-store.js';
import type { SecretReference } from '../../../src/security/secret.js';
import { newDirectory, removeDirectories } from '../sample-start.js';
import { useNodeErrors } from './node-errors.js';
import { S3Faults } from './s3-faults.js';
import { ARCHIVE } from './store-contract.js';

useNodeErrors();

/** An S3 server with one bucket, a proxy before it, and files with secrets. */
export class S3UnderTest {
  readonly #secrets: string;

  private constructor(
    readonly server: S3Server,
    readonly bucket: string,
    /** Of somebody else. */
    readonly client: S3Client,
    readonly faults: S3Faults,
    secrets: string,
  ) {
    this.#secrets = secrets;
  }

  static async start(): Promise<S3UnderTest> {
    const server = await S3Server.start({ make: false });
    const bucket = await server.createBucket();
    const faults = await S3Faults.start(server.access.endpoint);
    const at = new S3UnderTest(server, bucket, server.client(), faults, await newDirectory());
    await at.secret('id', server.access.accessKeyId);
    await at.secret('secret', server.access.secretAccessKey);
    return at;
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.faults.close();
    await this.server.close();
    await removeDirectories();
  }

  /** Settings with a prefix of their own. */
  settings(more: Partial<S3Settings> = {}): S3Settings & { prefix: string } {
    const { region, endpoint } = this.server.access;
    const prefix = randomUUID();
    return { bucket: this.bucket, region, endpoint, pathStyle: true, credentials: this.credentials(), ...more, prefix };
  }

  credentials(more: Partial<S3Credentials> = {}): S3Credentials {
    return { accessKeyId: `file:${this.#secrets}/id`, secretAccessKey: `file:${this.#secrets}/secret`, ...more };
  }

  /** Writes a secret to a file. Child processes can read it too. */
  async secret(name: string, value: string): Promise<SecretReference> {
    await writeFile(join(this.#secrets, name), value, { mode: 0o600 });
    return `file:${join(this.#secrets, name)}`;
  }

  /** A new store by way of the proxy, and its prefix. */
  async faultyStore(limits: Partial<S3Limits> = {}): Promise<{ prefix: string; store: FileStore }> {
    const settings = this.settings({ endpoint: this.faults.endpoint });
    const options = { archiveId: ARCHIVE, create: true, limits: { ...S3_LIMITS, ...limits } };
    return { prefix: settings.prefix, store: await openS3Store(settings, options) };
  }

  /** Everything below a prefix, and the uploads that are not complete. */
  async namesBelow(prefix: string): Promise<string[]> {
    const below = { Bucket: this.bucket, Prefix: prefix };
    const { Contents: objects = [] } = await this.client.send(new ListObjectsV2Command(below));
    const { Uploads: uploads = [] } = await this.client.send(new ListMultipartUploadsCommand(below));
    return [...objects, ...uploads].map(({ Key = '' }) => Key.slice(prefix.length + 1));
  }
}
