import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SecretReference } from '../../../src/security/secret.js';
import { freshBucket, freshDatabase } from '../../installation/shared-servers.js';
import { useNodeErrors } from '../files/node-errors.js';
import { newDirectory } from '../sample-start.js';
import type { Place } from './tested-archive.js';

useNodeErrors();

/** PostgreSQL and S3. Child processes can open it too. */
export async function newServers(): Promise<Place> {
  const { bucket, accessKeyId, secretAccessKey, endpoint, region } = await freshBucket();
  const directory = await newDirectory();
  const secret = async (value: string): Promise<SecretReference> => {
    const file = join(directory, randomUUID());
    await writeFile(file, value, { mode: 0o600 });
    return `file:${file}`;
  };
  const credentials = { accessKeyId: await secret(accessKeyId), secretAccessKey: await secret(secretAccessKey) };
  const files = { s3: { bucket, region, endpoint, pathStyle: true, credentials } };
  const settings = { directory, database: await secret(await freshDatabase()), files, reserve: 0 };
  const client = new S3Client({
    region,
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    settings,
    objects: async () => {
      const { Contents: objects = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      const { Uploads: uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      const names = [...objects, ...uploads].map(({ Key = '' }) => Key);
      return names.filter((name) => name !== 'archive.json').toSorted();
    },
    replace: async (object, content) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: object, Body: content }));
    },
    withFilesOf: async (other) => ({ ...settings, files: other.settings.files }),
  };
}
