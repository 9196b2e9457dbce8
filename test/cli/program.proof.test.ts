import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, EXIT_WORDS } from '../../src/cli/exit-codes.js';
import { openPlace, type Place, SAMPLE } from '../client/place.js';
import { plainPdf } from '../signatures/pdf-writer.js';
import { answerOf, type Ran, videoid } from './run.js';

/** These wait for a Temporal that is not there. So they begin at once, and run while the others do. */
const WAITING = [
  ['show', 'nobody'],
  ['show', 'nobody', '--json'],
  ['outcome', 'nobody', '--wait'],
  ['outcome', 'nobody', '--wait', '--json'],
  ['list', '--json'],
  ['doctor', '--json'],
];
const begun = new Map<string, Promise<Ran>>();

/** Runs a command with the settings of the place. */
function run(args: string[]): Promise<Ran> {
  return begun.get(args.join(' ')) ?? videoid(args, { environment });
}

let empty: string;
let place: Place;
let environment: Record<string, string>;
let archivedBefore: ReturnType<Place['archived']>;
beforeAll(async () => {
  empty = mkdtempSync(join(tmpdir(), 'videoid-cli-'));
  // Nothing listens there.
  place = await openPlace({ address: '127.0.0.1:1' });
  environment = { VIDEOID_CONFIG: join(place.directory, 'config.json') };
  archivedBefore = place.archived();
  for (const args of WAITING) begun.set(args.join(' '), run(args));
});
afterAll(async () => {
  rmSync(empty, { recursive: true });
  await place.close();
});

test('the help names every command and every exit code', async () => {
  const { code, output } = await videoid(['--help']);
  expect(code).toBe(0);
  const commands =
    'sign list show link outcome documents contract approve refuse cancel otp confirm resolve check verify';
  for (const command of `${commands} doctor settings setup worker gateway codec-server sandbox`.split(' ')) {
    expect(output).toMatch(new RegExp(`^  ${command}[ |]`, 'm'));
  }
  for (const [name, words] of Object.entries(EXIT_WORDS)) {
    expect(output).toContain(`${EXIT[name as keyof typeof EXIT]}  ${words}`);
  }
});

test('`status` is another name of `show`, and the help says so', async () => {
  const [help, ran] = await Promise.all([videoid(['--help']), run(['status', 'nobody', '--json'])]);
  expect(help.output).toMatch(/^  show\|status /m);
  expect(answerOf(ran)).toMatchObject({ error: { code: 'REQUEST_NOT_FOUND', field: 'reference' } });
});

test.each([
  ['an unknown command', ['sing']],
  ['an unknown option', ['list', '--everything']],
  ['a missing operand', ['show']],
  ['a missing option', ['approve', 'order-1', '--officer', 'officer-1']],
  ['an attempt that is no number', ['show', 'order-1', '--attempt', 'first']],
])('%s is reported as JSON, with exit code 2', async (_why, args) => {
  const json = await videoid([...args, '--json']);
  expect(json).toMatchObject({ code: 2, said: '' });
  expect(answerOf(json)).toMatchObject({ error: { code: 'BAD_INPUT', message: expect.any(String) as string } });
});

test.each<[string, string[], number, string]>([
  ['no settings', ['list'], 1, 'BAD_SETTING'],
  ['a file that is not there', ['verify', 'nowhere.pdf'], 3, 'DOCUMENT_NOT_FOUND'],
  ['a document that is not there', ['check', 'nowhere.pdf'], 3, 'DOCUMENT_NOT_FOUND'],
])('without settings: %s', async (_why, args, code, failure) => {
  const ran = await videoid([...args, '--json'], { directory: empty });
  expect(ran.code).toBe(code);
  expect(answerOf(ran)).toMatchObject({ error: { code: failure, remedy: expect.any(String) as string } });
});

const signer = ['--email', 'signer@example.com', '--phone', '+34600000000'];
test.each<[string, string[], number, string, string | undefined]>([
  ['a phone without prefix', ['sign', SAMPLE, '--email', 'a@example.com', '--phone', '600'], 2, 'BAD_PHONE', '--phone'],
  ['no file', ['sign', ...signer], 2, 'NO_DOCUMENT', 'documents'],
  ['a file that is no PDF', ['sign', 'package.json', ...signer], 2, 'NOT_A_PDF', 'documents[0]'],
  ['a bad reference', ['sign', SAMPLE, ...signer, '--reference', 'a/b'], 2, 'BAD_REFERENCE', '--reference'],
  ['a request nobody started', ['show', 'nobody'], 3, 'REQUEST_NOT_FOUND', 'reference'],
  ['an outcome nobody knows', ['outcome', 'nobody', '--wait'], 3, 'REQUEST_NOT_FOUND', 'reference'],
  ['one reference and all', ['resolve', 'x', '--all', '--code', 'X', '--remedy', 'retry'], 2, 'BAD_INPUT', 'reference'],
  ['a time that is none', ['list', '--from', 'yesterday'], 2, 'BAD_INPUT', '--from'],
  ['an officer nobody knows', ['list', '--officer', 'nobody'], 2, 'UNKNOWN_OFFICER', '--officer'],
  ['ids that are none', ['resolve', 'x', '--remedy', 'adopt', '--adopt', '12,'], 2, 'BAD_INPUT', undefined],
])('%s is refused with its code, field and exit code', async (_why, args, code, failure, field) => {
  const ran = await run([...args, '--json']);
  expect(ran.code).toBe(code);
  const { error } = answerOf(ran) as { error: object };
  expect(error).toMatchObject({ code: failure, ...(field === undefined ? {} : { field }) });
});

test.each<[string, string[], number, RegExp]>([
  ['an unknown command', ['sing'], 2, /error: /],
  ['a missing operand', ['show'], 2, /error: /],
  ['a request nobody started', ['show', 'nobody'], 3, /REQUEST_NOT_FOUND/],
  ['an officer nobody knows', ['list', '--officer', 'nobody'], 2, /UNKNOWN_OFFICER/],
])('%s is refused in words, on standard error', async (_why, args, code, words) => {
  expect(await run(args)).toMatchObject({ code, output: '', said: expect.stringMatching(words) as string });
});

test('an error names the flag that was given, not what the client calls it', async () => {
  const { said } = await run(['list', '--to', 'tomorrow']);
  expect(said).toMatch(/^--to: must be a date or a time/);
  expect(said).not.toContain('createdTo');
});

test('Temporal out of reach is exit code 6, and said so', async () => {
  const { code, output } = await run(['resolve', '--code', 'NOT_REPLAYABLE', '--all', '--json']);
  expect(code).toBe(6);
  expect(JSON.parse(output)).toMatchObject({ error: { code: 'TEMPORAL_UNREACHABLE', field: 'temporal.address' } });
});

test('the list of the archive needs no Temporal, and says what only Temporal knows', async () => {
  const [plain, json, attention] = await Promise.all([
    run(['list']),
    run(['list', '--json']),
    run(['list', '--attention', '--json']),
  ]);
  expect(JSON.parse(attention.output)).toMatchObject({
    requests: [],
    unknown: { what: ['archive', 'problems'], code: 'TEMPORAL_UNREACHABLE' },
  });
  expect(JSON.parse(json.output)).toEqual({ requests: [], conditions: [] });
  expect(plain).toMatchObject({ code: 0, output: 'No such requests in this archive.\n' });
});

test('an empty list says which registration authority the settings do not have', async () => {
  const { code, output } = await run(['list', '--registration-authority', '140']);
  expect([code, output]).toEqual([
    0,
    'No such requests in this archive.\nThe settings have no registration authority "140". They have: 139.\n',
  ]);
});

test('a person is looked for without a word on the command line', async () => {
  const { code, output } = await videoid(['list', '--email', '-', '--json'], {
    environment,
    input: 'canary-person@\n',
  });
  expect(code).toBe(2);
  expect(output).not.toContain('canary');
  expect(JSON.parse(output)).toMatchObject({ error: { code: 'BAD_EMAIL', field: '--email' } });
});

test('doctor says what fails and what to do, changes nothing, and gives exit code 1', async () => {
  const ran = await run(['doctor', '--json']);
  expect(ran.code).toBe(1);
  const { checks, assumptions } = answerOf(ran) as {
    checks: { name: string; state: string; remedy?: string }[];
    assumptions: [];
  };
  const states = Object.fromEntries(checks.map(({ name, state }) => [name, state]));
  expect(states).toMatchObject({
    settings: 'ok',
    archive: 'ok',
    'codec keys': 'ok',
    'seal keys': 'ok',
    'registrationAuthorities.139.officers.officer-1': 'ok',
    Temporal: 'fail',
    'Optimizer test': 'fail',
    'roots of test': 'warn',
  });
  expect(checks.filter(({ state, remedy }) => state !== 'ok' && remedy === undefined)).toEqual([]);
  expect(assumptions.length).toBeGreaterThan(10);
  expect(place.archived()).toEqual(archivedBefore);
});

test('doctor finds tokens that can be guessed and files that others read, and shows the reason for plain http', async () => {
  const other = await openPlace({ address: '127.0.0.1:1' }, (settings) => {
    settings.environments = { live: { optimizer: 'http://nowhere.invalid', env: 'prod', plainHttpReason: 'a tunnel' } };
    settings.registrationAuthorities = {
      '139': { environment: 'live', profiles: ['P'], review: { mode: 'at-provider' }, webhookTokens: ['env:SHORT'] },
    };
    settings.gateway = { apiTokens: ['env:LONG'] };
  });
  chmodSync(join(other.directory, 'codec-key'), 0o444);
  chmodSync(join(other.directory, 'seal-private.pem'), 0o666);
  const ran = await videoid(['doctor', '--json'], {
    environment: { VIDEOID_CONFIG: join(other.directory, 'config.json'), SHORT: 'abc', LONG: 'x'.repeat(32) },
  });
  const { checks } = answerOf(ran) as { checks: { name: string; state: string; words: string; remedy?: string }[] };
  const found = (name: string) => checks.find((check) => check.name === name);
  expect(found('webhook tokens')).toMatchObject({
    state: 'fail',
    remedy: expect.stringContaining('openssl rand') as string,
  });
  expect(found('tokens of the API')).toMatchObject({ state: 'ok' });
  expect(found('codec keys')).toMatchObject({ state: 'warn', words: expect.stringContaining('may read') as string });
  expect(found('seal keys')).toMatchObject({ state: 'fail', remedy: expect.stringContaining('chmod go-w') as string });
  expect(found('settings file')).toMatchObject({ state: 'ok' });
  expect(found('plain http to live')).toMatchObject({ state: 'warn', words: 'a tunnel' });
  expect(ran.code).toBe(1);
  await other.close();
});

test('setup makes keys that the settings can name, and never replaces any', async () => {
  const keys = join(empty, 'keys');
  const made = await videoid(['setup', '--keys', keys, '--key-id', 'first', '--json'], { directory: empty });
  expect(made.code).toBe(0);
  const answer = answerOf(made) as {
    keys: { codec: { key: string }[]; seal: { privateKey: string }[]; orders: { privateKey: string }[] };
  };
  const codecKey = readFileSync(answer.keys.codec[0]?.key.replace('file:', '') ?? '', 'utf8');
  expect(Buffer.from(codecKey, 'base64')).toHaveLength(32);
  expect(readFileSync(answer.keys.seal[0]?.privateKey.replace('file:', '') ?? '', 'utf8')).toContain('PRIVATE KEY');
  expect(readFileSync(answer.keys.orders[0]?.privateKey.replace('file:', '') ?? '', 'utf8')).toContain('PRIVATE KEY');
  expect(made.output).not.toContain(codecKey);
  const again = await videoid(['setup', '--keys', keys, '--key-id', 'first', '--json'], { directory: empty });
  expect(again.code).toBe(1);
  expect(readFileSync(answer.keys.codec[0]?.key.replace('file:', '') ?? '', 'utf8')).toBe(codecKey);
});

test('setup prints keys as they go into the settings file', async () => {
  const { said, output } = await videoid(['setup', '--keys', join(empty, 'more'), '--key-id', 'first'], {
    directory: empty,
  });
  const [json = ''] = /^\{$[^]*^\}$/m.exec(said + output) ?? [];
  expect(JSON.parse(json)).toMatchObject({ keys: { codec: [{ id: 'first' }], orders: [{ id: 'first' }] } });
});

test('settings lists every setting, for people and programs', async () => {
  const { settings } = answerOf(await videoid(['settings', '--json'])) as {
    settings: { name: string; variable: string }[];
  };
  expect(settings).toContainEqual(
    expect.objectContaining({ name: 'archive.directory', variable: 'VIDEOID_ARCHIVE_DIRECTORY' }),
  );
  const { output } = await videoid(['settings']);
  for (const { name } of settings) expect(output).toContain(name);
  expect(output).toMatch(/^policy\.deadlines\.video +7d /m);
});

const certifiedAt = (level: number) =>
  plainPdf('/Perms << /DocMDP 5 0 R >>')
    .object(5, `<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << /P ${level} >> >>] >>`)
    .table('/Root 1 0 R').bytes;
const refusal = (code: string) => ({ accepted: false, failure: { code, remedy: expect.any(String) as string } });

test('check shows whether documents can be sent, and why not, without settings or a request', async () => {
  const [certified, broken] = [join(empty, 'certified.pdf'), join(empty, 'broken.pdf')];
  writeFileSync(certified, certifiedAt(2));
  const good = await videoid(['check', SAMPLE, certified, '--json']);
  expect(good.code).toBe(0);
  expect(answerOf(good)).toMatchObject({
    files: [
      { path: SAMPLE, accepted: true, pages: 1, signatures: 0, timestamps: 0 },
      { path: certified, accepted: true, certified: 2 },
    ],
  });
  writeFileSync(certified, certifiedAt(1));
  writeFileSync(broken, `\n${plainPdf().table('/Root 1 0 R').text}`, 'latin1');
  const bad = await videoid(['check', SAMPLE, certified, broken, '--json']);
  expect(bad.code).toBe(2);
  expect(answerOf(bad)).toMatchObject({
    files: [{ accepted: true }, refusal('PDF_CERTIFIED'), refusal('PDF_BYTES_BEFORE_HEADER')],
  });
  const words = await videoid(['check', SAMPLE, broken]);
  expect(words.output).toMatch(/accepted: 1 page$/m);
  expect(words.output).toContain('refused: PDF_BYTES_BEFORE_HEADER');
  const allowed = await videoid(['check', certified], {
    environment: { ...environment, VIDEOID_DOCUMENTS_CERTIFIED: 'accept' },
  });
  expect(allowed).toMatchObject({ code: 0, output: expect.stringContaining('certified, DocMDP 1') as string });
});

test('an unsigned PDF does not pass verification, with exit code 8 and the reason', async () => {
  const ran = await videoid(['verify', SAMPLE, '--json']);
  expect(ran.code).toBe(8);
  expect(answerOf(ran)).toMatchObject({
    files: [{ path: SAMPLE, verification: { result: 'failed', reasons: ['no-signature'] } }],
  });
  const plain = await videoid(['verify', SAMPLE]);
  expect(plain.code).toBe(8);
  expect(plain.output).toContain('the file has no signature');
  expect(plain.output).not.toMatch(/\bvalid\b/);
});
