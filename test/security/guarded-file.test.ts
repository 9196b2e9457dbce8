import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { VideoIdError } from '../../src/messages/failures.js';
import { looseness } from '../../src/security/guarded-file.js';
import { loadKeyRing } from '../../src/security/keys.js';
import { resolveSecret } from '../../src/security/secret.js';
import { readRootFiles } from '../../src/signatures/root-files.js';

const folder = mkdtempSync(join(tmpdir(), 'guarded-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => jest.restoreAllMocks());

function file(name: string, mode: number, content = 'secret'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** Pretends that the file belongs to a group that this process is not in. */
function inAnotherGroup(): void {
  jest.spyOn(process, 'getegid').mockReturnValue(54_321);
}

describe('a key or token file', () => {
  it.each([0o666, 0o602, 0o646, 0o777])('that everybody may write (%o) is not used, with the way out', async (mode) => {
    const path = file(`written-${mode}`, mode);
    await expect(resolveSecret(`file:${path}`, 'gateway.apiTokens[0]')).rejects.toMatchObject({
      code: 'BAD_SETTING',
      field: 'gateway.apiTokens[0]',
      message: expect.stringContaining(path) as string,
      remedy: expect.stringContaining(`chmod go-w ${path}`) as string,
    });
  });

  it('that a group writes in which this process is not, is not used', async () => {
    const path = file('group', 0o660);
    await expect(resolveSecret(`file:${path}`)).resolves.toBeInstanceOf(Object);
    inAnotherGroup();
    await expect(resolveSecret(`file:${path}`)).rejects.toMatchObject({ code: 'BAD_SETTING' });
  });

  it.each([0o600, 0o400, 0o440, 0o444, 0o644])('that others may at most read (%o) is used', async (mode) => {
    const secret = await resolveSecret(`file:${file(`read-${mode}`, mode)}`);
    expect(secret.reveal()).toBe('secret');
  });

  it('is looked at behind a link, as container secrets are', async () => {
    const [good, bad] = [join(folder, 'link-good'), join(folder, 'link-bad')];
    symlinkSync(file('target-good', 0o444), good);
    symlinkSync(file('target-bad', 0o666), bad);
    await expect(resolveSecret(`file:${good}`)).resolves.toBeInstanceOf(Object);
    await expect(resolveSecret(`file:${bad}`)).rejects.toMatchObject({ code: 'BAD_SETTING' });
  });

  it('in a directory where everybody may replace it is not used, but in a sticky one', async () => {
    const directory = join(folder, 'open');
    mkdirSync(directory);
    const path = file('open/key', 0o600);
    for (const [mode, used] of [
      [0o1777, true],
      [0o775, true],
      [0o777, false],
      [0o703, false],
    ] as const) {
      chmodSync(directory, mode);
      const read = resolveSecret(`file:${path}`).then(
        () => true,
        ({ code, remedy }: VideoIdError) => code !== 'BAD_SETTING' || !remedy?.includes(`chmod o-w ${directory}`),
      );
      expect([mode, await read]).toEqual([mode, used]);
    }
  });

  it.each(['/dev/zero', '/dev/null'])('that is %s neither hangs nor is taken', async (path) => {
    await expect(resolveSecret(`file:${path}`)).rejects.toBeInstanceOf(VideoIdError);
  });

  it('that others may write makes no codec key and no root', async () => {
    const key = file('codec', 0o666, Buffer.alloc(32, 1).toString('base64'));
    await expect(loadKeyRing([{ id: 'a', key: `file:${key}` }])).rejects.toMatchObject({
      code: 'BAD_SETTING',
      field: 'keys.codec[0].key',
    });
    await expect(readRootFiles('live', [file('roots', 0o666)])).rejects.toMatchObject({
      field: 'environments.live.roots',
      remedy: expect.stringContaining('chmod') as string,
    });
  });

  it('is reported if others may read it, unless it is public', async () => {
    await expect(looseness(file('loose', 0o444), true)).resolves.toContain('everybody on this machine may read');
    await expect(looseness(file('loose-public', 0o444), false)).resolves.toBeUndefined();
    await expect(looseness(file('tight', 0o400), true)).resolves.toBeUndefined();
    await expect(looseness(file('own-group', 0o620), false)).resolves.toContain('may write');
    inAnotherGroup();
    await expect(looseness(file('group-reads', 0o440), true)).resolves.toContain('the group');
  });
});

describe('a settings file', () => {
  it('that everybody may write is not used: it names whose keys and hosts are trusted', () => {
    const path = file('settings', 0o666, '{}');
    const refused = expect.objectContaining({
      code: 'BAD_SETTING',
      field: 'VIDEOID_CONFIG',
      remedy: expect.stringContaining(`chmod go-w ${path}`) as string,
    }) as Error;
    expect(() => loadConfig({ VIDEOID_CONFIG: path })).toThrow(refused);
  });
});

describe('a variable', () => {
  it.each(['__proto__', 'constructor', 'toString'])('%s that nobody set is not there', async (name) => {
    await expect(resolveSecret(`env:${name}`)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });
});
