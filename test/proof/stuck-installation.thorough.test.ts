import { mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '../../src/archive/open-archive.js';
import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { acceptAndSign, overcome } from './stuck.js';
import type { Authority } from './stuck-authorities.js';
import { whyByCommand } from '../installation/typed-command.js';

/** What stops a whole installation. One after the other, because each stops every request. */
let at: Installation;
const folder = mkdtempSync(join(tmpdir(), 'videoid-stuck-'));
const link = join(folder, 'archive');
const right = { TEST_RAO_PIN: 'rao-pin-1400' };

beforeAll(async () => {
  at = await Installation.start({
    sandbox: { algorithm: 'ecdsa' },
    gateway: false,
    settings: (settings) => {
      const authorities = settings['registrationAuthorities'] as Record<string, Authority>;
      for (const { officers } of Object.values(authorities)) (officers[OFFICER] ?? {})['pin'] = 'env:TEST_RAO_PIN';
    },
  });
}, 60_000);
afterAll(async () => {
  await at.close();
  rmSync(folder, { recursive: true, force: true });
});

async function workerWith(environment: Record<string, string>): Promise<void> {
  await at.kill('worker');
  await at.startWorker('worker', environment);
}

test('the worker lacks the variable with the PIN of the officer', async () => {
  const outcome = await overcome<People>(at, {
    async provoke() {
      const who = await People.start(at);
      await who.throughTo('review');
      await expect(who.approve()).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
      return who;
    },
    why: { state: 'attention', code: 'SECRET_NOT_FOUND', leavesByItself: false, words: /TEST_RAO_PIN/ },
    repair: () => workerWith(right),
    remedy: /^videoid approve/,
    goOn: acceptAndSign,
    end: 'signed',
  });
  expect(outcome).toMatchObject({ outcome: 'signed' });
});

test('the archive is away for the worker', async () => {
  symlinkSync(at.config.archive.directory, link);
  await workerWith({ ...right, VIDEOID_ARCHIVE_DIRECTORY: link });
  const outcome = await overcome<People>(at, {
    async provoke() {
      const who = await People.start(at);
      await who.throughTo('review');
      unlinkSync(link);
      await who.console('approve');
      return who;
    },
    why: {
      state: 'retrying',
      code: 'ARCHIVE_UNAVAILABLE',
      leavesByItself: true,
      words: /archive/i,
      endsBy: /next try that succeeds/,
    },
    repair: async () => symlinkSync(at.config.archive.directory, link),
    goOn: acceptAndSign,
    end: 'signed',
  });
  expect(outcome).toMatchObject({ outcome: 'signed' });
});

test('the worker has another archive', async () => {
  const other = join(folder, 'other');
  await (await openArchive({ directory: other, reserve: 0 }, { create: true })).close();
  const outcome = await overcome<People>(at, {
    async provoke() {
      const who = await People.start(at);
      await who.throughTo('review');
      await workerWith({ ...right, VIDEOID_ARCHIVE_DIRECTORY: other });
      await who.console('approve');
      return who;
    },
    why: { state: 'retrying', code: 'ARCHIVE_NOT_SHARED', leavesByItself: true, words: /archive/i },
    repair: () => workerWith(right),
    goOn: acceptAndSign,
    end: 'signed',
  });
  expect(outcome).toMatchObject({ outcome: 'signed' });
});

test('the registration authority is no longer in the settings', async () => {
  const without = join(folder, 'without.json');
  const settings = JSON.parse(readFileSync(at.state.configFile, 'utf8')) as { registrationAuthorities: object };
  const { [AUTHORITIES.manual]: _gone, ...others } = settings.registrationAuthorities as Record<string, object>;
  writeFileSync(without, JSON.stringify({ ...settings, registrationAuthorities: others }));
  const outcome = await overcome<People>(at, {
    async provoke() {
      const who = await People.start(at);
      await who.throughTo('review');
      await workerWith({ ...right, VIDEOID_CONFIG: without });
      await eventually(async () => (await at.client.why(who.reference)).state === 'waiting');
      await expect(who.approve()).rejects.toMatchObject({ code: 'UNKNOWN_REGISTRATION_AUTHORITY' });
      return who;
    },
    why: { state: 'attention', code: 'UNKNOWN_REGISTRATION_AUTHORITY', leavesByItself: false, words: /139/ },
    repair: () => workerWith(right),
    remedy: /^videoid approve/,
    goOn: acceptAndSign,
    end: 'signed',
  });
  expect(outcome).toMatchObject({ outcome: 'signed' });
});

test('the officer is no longer in the settings of the worker', async () => {
  const without = join(folder, 'without-officer.json');
  const settings = JSON.parse(readFileSync(at.state.configFile, 'utf8')) as {
    registrationAuthorities: Record<string, Authority>;
  };
  const { [OFFICER]: gone, ...others } = settings.registrationAuthorities[AUTHORITIES.manual]?.officers ?? {};
  Object.assign(settings.registrationAuthorities[AUTHORITIES.manual] ?? {}, { officers: { other: gone, ...others } });
  writeFileSync(without, JSON.stringify(settings));
  const outcome = await overcome<People>(at, {
    async provoke() {
      const who = await People.start(at);
      await who.throughTo('review');
      await workerWith({ ...right, VIDEOID_CONFIG: without });
      await eventually(async () => (await at.client.why(who.reference)).state === 'waiting');
      await expect(who.approve()).rejects.toMatchObject({ code: 'UNKNOWN_OFFICER' });
      return who;
    },
    why: {
      state: 'attention',
      code: 'UNKNOWN_OFFICER',
      leavesByItself: false,
      words: /last decision was not taken: .*registrationAuthorities\.139\.officers.*Or decide as another: other/,
      endsBy: /an officer approves or refuses/,
    },
    repair: () => workerWith(right),
    remedy: /^videoid approve/,
    goOn: acceptAndSign,
    end: 'signed',
  });
  expect(outcome).toMatchObject({ outcome: 'signed' });
});

test('the provider cannot be reached', async () => {
  const outcome = await overcome<People>(at, {
    async provoke() {
      const who = await People.start(at);
      await who.until('video');
      await at.kill('sandbox');
      return who;
    },
    why: { state: 'retrying', code: 'PROVIDER_UNREACHABLE', leavesByItself: true, words: /connection was refused/ },
    repair: () => at.startSandbox(),
    goOn: (who) => who.throughTo('signed'),
    end: 'signed',
  });
  expect(outcome).toMatchObject({ outcome: 'signed' });
});

test('no worker runs', async () => {
  const who = await People.start(at);
  await who.until('video');
  await at.stop('worker');
  const { state, code, words, remedies } = await whyByCommand(at, who.reference);
  // For another minute, Temporal counts a worker that has stopped.
  expect({ state, words }).toEqual({
    state: 'silent',
    words: expect.stringMatching(/No worker|has stopped/) as string,
  });
  expect(['WORKER_AWAY', 'WORKER_BUSY']).toContain(code);
  expect(remedies.map(({ command }) => command)).toContain('videoid worker');
  await at.startWorkerByCommand(right);
  await who.throughTo('signed');
  expect(await who.outcome()).toMatchObject({ outcome: 'signed' });
});
