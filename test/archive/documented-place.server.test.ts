import { readFileSync } from 'node:fs';
import { configSchema } from '../../src/config/schema.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { freshBucket, freshDatabase } from '../installation/shared-servers.js';

/** The settings that docs/operations.md shows. */
function documented(): string {
  const [, settings = ''] = /^ *```json\n(.*?)^ *```/ms.exec(readFileSync('docs/operations.md', 'utf8')) ?? [];
  return settings;
}

it('an archive on PostgreSQL and an S3 server of one’s own is set up with the settings of docs/operations.md', async () => {
  const bucket = await freshBucket();
  Object.assign(process.env, {
    ARCHIVE_DATABASE: await freshDatabase(),
    S3_KEY: bucket.accessKeyId,
    S3_SECRET: bucket.secretAccessKey,
  });
  const settings = documented()
    .replace('https://s3.internal:9000', bucket.endpoint)
    .replace('"signatures"', JSON.stringify(bucket.bucket))
    .replace('file:/run/secrets/s3', 'env:S3_SECRET')
    .replace(/,\s*"ca": "[^"]*"/, ''); // the server of the tests has no TLS
  const { archive } = configSchema.parse(JSON.parse(settings));
  expect(archive.files?.s3).toMatchObject({ endpoint: bucket.endpoint, pathStyle: true, prefix: 'videoid' });
  const made = await openArchive(archive, { create: true });
  await made.assertUsable();
  expect(made.place).toContain('videoid');
  await made.close();
  const again = await openArchive(archive);
  expect(again.id).toBe(made.id);
  await again.close();
});
