import { newKey } from '../../../src/archive/files/file-key.js';
import type { S3Settings } from '../../../src/archive/files/s3-settings.js';
import { openS3Store } from '../../../src/archive/files/s3-store.js';
import type { VideoIdError } from '../../../src/messages/failures.js';
import { InBetween } from '../../installation/in-between.js';
import { certificateFor } from '../../uanataca/test-certificates.js';
import { S3UnderTest } from './s3-under-test.js';
import { ARCHIVE, digestOf, streamOf } from './store-contract.js';

let at: S3UnderTest;
beforeAll(async () => {
  at = await S3UnderTest.start();
});
afterAll(() => at.close());

/** The error of opening a store with these settings. */
async function opening(more: Partial<S3Settings>): Promise<VideoIdError> {
  const store = openS3Store(at.settings(more), { archiveId: ARCHIVE, create: true });
  return (await store.catch((error: unknown) => error)) as VideoIdError;
}

const wrongSecret = () => at.secret('wrong', 'wrong-secret');
const unknownKey = () => at.secret('unknown', 'unknown-key');

it.each<[string, () => Promise<Partial<S3Settings>>, RegExp, string]>([
  ['no bucket', async () => ({ bucket: 'no-such-bucket' }), /the bucket is not there/, 'NoSuchBucket'],
  [
    'a wrong host',
    async () => ({ endpoint: 'http://nowhere.invalid' }),
    /name of the server is not found/,
    'ENOTFOUND',
  ],
  ['nobody there', async () => ({ endpoint: 'http://127.0.0.1:1' }), /refuses the connection/, 'ECONNREFUSED'],
  [
    'no TLS there',
    async () => ({ endpoint: at.server.access.endpoint.replace('http:', 'https:') }),
    /TLS failed/,
    'EPROTO',
  ],
  [
    'a wrong secret',
    async () => ({ credentials: at.credentials({ secretAccessKey: await wrongSecret() }) }),
    /the secret key is wrong/,
    'SignatureDoesNotMatch',
  ],
  [
    'an unknown key',
    async () => ({ credentials: at.credentials({ accessKeyId: await unknownKey() }) }),
    /the access key is unknown/,
    'XAdminUserNotFound',
  ],
])('%s is told as what it is, and no secret is', async (_name, more, words, reason) => {
  const error = await opening(await more());
  expect(error).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', field: 'archive.files', facts: { reason } });
  expect(error.message).toMatch(words);
  expect(error.cause).toBeUndefined();
  const said = `${JSON.stringify(error)} ${error.stack ?? ''} ${JSON.stringify(Object.entries(error))}`;
  for (const each of [at.server.access.secretAccessKey, 'wrong-secret', 'unknown-key'])
    expect(said).not.toContain(each);
});

it('a secret that is not there names its setting', async () => {
  const error = await opening({ credentials: at.credentials({ secretAccessKey: 'env:NOT_SET' }) });
  expect(error).toMatchObject({ code: 'SECRET_NOT_FOUND', field: 'archive.files.s3.credentials.secretAccessKey' });
});

it('a certificate of an unknown CA is refused, unless the settings name the CA', async () => {
  const certificate = await certificateFor('127.0.0.1');
  const proxy = await InBetween.start(certificate, () => Number(new URL(at.server.access.endpoint).port));
  try {
    expect(await opening({ endpoint: proxy.address })).toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      message: expect.stringMatching(/TLS failed/),
      remedy: expect.stringContaining('archive.files.s3.ca'),
    });
    const settings = at.settings({ endpoint: proxy.address, ca: await at.secret('ca', certificate.certificate) });
    const store = await openS3Store(settings, { archiveId: ARCHIVE, create: true });
    const content = Buffer.alloc(12_000_000, 'content');
    expect(await store.write(newKey('signed'), streamOf(content))).toEqual(digestOf(content));
    store.close();
  } finally {
    await proxy.close();
  }
});

it('an address in the environment is not used', async () => {
  process.env['AWS_ENDPOINT_URL_S3'] = 'http://127.0.0.1:1';
  try {
    const store = await openS3Store(at.settings(), { archiveId: ARCHIVE, create: true });
    await expect(store.assertUsable()).resolves.toBeUndefined();
    store.close();
  } finally {
    delete process.env['AWS_ENDPOINT_URL_S3'];
  }
});
