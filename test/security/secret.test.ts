import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { Secret, isSecretReference, resolveSecret } from '../../src/security/secret.js';

const CANARY = 'canary-secret-Zq81xWv7Lm30';

describe('a secret', () => {
  const secret = new Secret(CANARY);

  it('gives its value only by `reveal`', () => {
    expect(secret.reveal()).toBe(CANARY);
  });

  it('prints [redacted] everywhere else', () => {
    const held = { secret, list: [secret], map: new Map([['key', secret]]) };
    const prints = [
      String(secret),
      'text '.concat(secret.toString()),
      JSON.stringify(held),
      inspect(held, { depth: 9, showHidden: true }),
      format('%s %o %O %j %d', secret, secret, secret, secret, secret),
      serialize(held).toString('latin1'),
      JSON.stringify(structuredClone({ ...held, list: [], map: undefined })),
    ];
    for (const print of prints) expect(print).not.toContain(CANARY);
    expect(inspect(held)).toContain('[redacted]');
    expect(JSON.stringify(secret)).toBe('"[redacted]"');
  });
});

describe('a secret reference', () => {
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'secret-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
    delete process.env['TEST_SECRET'];
  });

  it('names an environment variable or a file, and nothing else', () => {
    expect(['env:TEST_SECRET', 'file:/etc/key.pem', 'file:with blank'].filter(isSecretReference)).toHaveLength(3);
    expect(['', 'env:', 'file:', 'env:WITH-DASH', CANARY, 'vault:key', 7, null].filter(isSecretReference)).toEqual([]);
  });

  it('is resolved from the environment', async () => {
    process.env['TEST_SECRET'] = CANARY;
    expect((await resolveSecret('env:TEST_SECRET')).reveal()).toBe(CANARY);
  });

  it.each([
    ['one trailing newline', `${CANARY}\n`, CANARY],
    ['one trailing CR LF', `${CANARY}\r\n`, CANARY],
    ['only the last newline', `${CANARY}\n\n`, `${CANARY}\n`],
    ['nothing else', ` ${CANARY} `, ` ${CANARY} `],
  ])('is resolved from a file without %s', async (_what, content, expected) => {
    const path = join(directory, 'secret');
    await writeFile(path, content);
    expect((await resolveSecret(`file:${path}`)).reveal()).toBe(expected);
  });

  it('that leads nowhere is named in the error, with the way out', async () => {
    process.env['TEST_SECRET'] = '';
    await writeFile(join(directory, 'empty'), '\n');
    for (const reference of [
      'env:TEST_SECRET_MISSING',
      'env:TEST_SECRET',
      `file:${directory}/missing`,
      `file:${directory}/empty`,
      `file:${directory}`,
    ]) {
      await expect(resolveSecret(reference)).rejects.toMatchObject({
        code: 'SECRET_NOT_FOUND',
        message: expect.stringContaining(reference),
        remedy: expect.stringContaining(' '),
      });
    }
  });

  it('that leads nowhere, or is none, is an error of the setting that names it', async () => {
    for (const reference of ['env:TEST_SECRET_MISSING', `file:${directory}/missing`, CANARY]) {
      await expect(resolveSecret(reference, 'temporal.apiKey')).rejects.toMatchObject({ field: 'temporal.apiKey' });
    }
  });

  it('that is the secret itself, pasted by mistake, is refused without repeating it', async () => {
    const refusal = await resolveSecret(CANARY).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'BAD_SETTING' });
    expect(inspect(refusal)).not.toContain(CANARY);
  });
});
