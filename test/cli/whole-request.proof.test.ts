import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { eventually, unlessAway } from '../installation/patience.js';
import { SAMPLE } from '../client/place.js';
import { carriedOut } from '../installation/typed-command.js';
import { answerOf, type Ran, videoid } from './run.js';

// The server may have run these tests before.
const once = randomUUID();
let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const run = (args: string[], input?: string): Promise<Ran> =>
  videoid(args, {
    environment: { VIDEOID_CONFIG: at.state.configFile },
    ...(input === undefined ? {} : { input }),
  });

const ask = (args: string[], input?: string): Promise<Record<string, unknown>> => carriedOut(at, args, input);
const signer = ['--email', 'signer@example.com', '--phone', '+34 600 112 233'];
const sign = (reference: string): string[] => [
  'sign',
  SAMPLE,
  ...signer,
  '--reference',
  reference,
  '--registration-authority',
  AUTHORITIES.manual,
];

async function pkOf(reference: string): Promise<string> {
  const { provider } = await at.client.status(reference);
  return provider.requestPk ?? '';
}

async function until(reference: string, verb: string): Promise<void> {
  await eventually(async () => {
    const status = await unlessAway(at.client.status(reference));
    return status?.verbs.some((each) => each === verb);
  });
}

test('a request is carried from sign to the verified files with the command alone', async () => {
  const reference = `signed-${once}`;
  expect(await ask(sign(reference))).toMatchObject({ reference, attempt: 1, state: 'started' });
  const waiting = run([...sign(reference), '--wait', '--json']);
  const { url } = await ask(['link', reference]);
  const pk = await pkOf(reference);
  expect(url).toBe((await at.provider.request(pk)).link);
  await at.provider.video(pk, 'finished');
  await until(reference, 'approve');

  const shown = await run(['show', reference]);
  expect(shown.output).toMatch(/^Stage +review: waiting for/m);
  expect(shown.output).toContain(`videoid approve ${reference} --officer `);
  expect(shown.output).not.toContain('example.com');

  const early = await run(['otp', reference, '--consent-version', '1', '--json']);
  expect(early.code).toBe(4);
  expect(answerOf(early)).toMatchObject({ error: { code: 'NOT_NOW' } });

  await ask(['approve', reference, '--officer', OFFICER, '--seen', 'the console']);
  await until(reference, 'code');
  const before = join(at.state.directory, 'shown');
  await ask(['documents', reference, '--save', before]);
  await ask(['contract', reference, '--save', join(before, 'contract.pdf')]);
  expect(readFileSync(join(before, 'agreement.pdf'))).toEqual(readFileSync(SAMPLE));

  await ask(['otp', reference, '--consent-version', '1']);
  const wrong = await run(['confirm', reference, '-', '--json'], '000000\n');
  expect(wrong.code).toBe(4);
  expect(answerOf(wrong)).toMatchObject({ error: { code: 'CODE_NOT_ACCEPTED' } });
  const { code } = await at.provider.request(pk);
  await ask(['confirm', reference, '-'], `${code}\n`);

  const ended = await waiting;
  expect(ended.code).toBe(0);
  expect(answerOf(ended)).toMatchObject({ reference, state: 'ended', outcome: { outcome: 'signed' } });
  expect(await ask(['outcome', reference])).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  const after = join(at.state.directory, 'signed');
  await ask(['documents', reference, '--save', after]);
  expect(readdirSync(after)).toEqual(['agreement-signed.pdf']);
  expect(await ask(['verify', join(after, 'agreement-signed.pdf')])).toMatchObject({
    files: [{ verification: { result: 'passed', reasons: [] } }],
  });
  const again = await run(['documents', reference, '--save', after, '--json']);
  expect(again.code).toBe(2);

  const story = (await ask(['show', reference])) as { events: { what: string }[] };
  const happened = story.events.map(({ what }) => what);
  expect(happened).toEqual(
    expect.arrayContaining(['link-shown', 'document-shown', 'contract-shown', 'created', 'approved']),
  );
});

test('whom the video shows is looked at, corrected and approved with the command alone', async () => {
  const reference = `expected-${once}`;
  const number = ['--document-number', '12.345.678-Z', '--name', 'Nora Ejemplo'];
  const bad = await run([...sign(reference), '--name', 'Nora Ejemplo', '--json']);
  expect(answerOf(bad)).toMatchObject({ error: { code: 'BAD_INPUT', field: '--document-number' } });
  await ask([...sign(reference), ...number]);
  await ask(['link', reference]);
  const person = { given_name: 'NORA', surname_1: 'EJEMPLO', serial_number: '12345678' };
  await at.provider.video(await pkOf(reference), 'finished', person);
  await until(reference, 'approve');

  const { output } = await run(['show', reference]);
  expect(output).toMatch(/^Identity +different/m);
  expect(output).toContain('--identity accepted-although-different');
  expect(output).toContain(`videoid correct ${reference} --field NAME=VALUE`);
  const seen = await run(['identity', reference, '--officer', OFFICER]);
  expect(seen.output).toContain('NOT the expected one');
  expect(seen.output).toMatch(/^serial_number +12345678 +12345678Z +DIFFERENT/m);
  expect(seen.output).toMatch(/^name +NORA EJEMPLO +Nora Ejemplo +same/m);

  const approve = ['approve', reference, '--officer', OFFICER, '--seen', 'the console'];
  const refused = await run([...approve, '--json']);
  expect(refused.code).toBe(4);
  expect(answerOf(refused)).toMatchObject({ error: { code: 'SIGNER_UNEXPECTED', facts: { identity: 'different' } } });
  await ask(['correct', reference, '--field', 'serial_number=12345678Z', '--reason', 'the letter was not read']);
  await ask(approve);
});

test('a refused request ends with exit code 7, and a new attempt takes everything over', async () => {
  const reference = `refused-${once}`;
  await ask(sign(reference));
  await ask(['link', reference]);
  await at.provider.video(await pkOf(reference), 'finished');
  await until(reference, 'refuse');
  const running = await run(['outcome', reference, '--json']);
  expect(running.code).toBe(5);
  expect(answerOf(running)).toMatchObject({ error: { code: 'REQUEST_NOT_ENDED' } });
  await ask(['refuse', reference, '--officer', OFFICER, '--seen', 'the console', '--reason', 'document-expired']);
  const ended = await run(['outcome', reference, '--wait', '--json']);
  expect(ended.code).toBe(7);
  expect(answerOf(ended)).toMatchObject({ outcome: 'refused' });
  const late = await run(['cancel', reference, '--reason', 'x', '--json']);
  expect(late.code).toBe(4);
  expect(answerOf(late)).toMatchObject({ error: { code: 'REQUEST_ENDED', facts: { outcome: 'refused' } } });
  const next = await run(['sign', '--new-attempt', '--reference', reference]);
  expect(next.code).toBe(0);
  expect(next.said).toContain('bills again');
  expect(next.output).toContain('attempt 2');
  const cancelled = await run(['cancel', reference, '--reason', 'the test is over']);
  expect(cancelled.output).toMatch(/^Cancelled\.\n  The request is still open at the provider: the signer may go on/);
});

test('the code is the signer’s: on production it is not entered here', async () => {
  const reference = `production-${once}`;
  await ask(sign(reference));
  const settings = JSON.parse(readFileSync(at.state.configFile, 'utf8')) as {
    environments: Record<string, { env: string }>;
    policy: object;
    floor: object;
  };
  for (const environment of Object.values(settings.environments)) environment.env = 'prod';
  // The pauses of the tests are too short for production.
  const { policy: _policy, floor: _floor, ...others } = settings;
  const file = join(at.state.directory, 'production.json');
  writeFileSync(file, JSON.stringify({ ...others, registrationAuthorities: manualOnly(settings) }), { mode: 0o600 });
  const ran = await videoid(['confirm', reference, '123456', '--json'], { environment: { VIDEOID_CONFIG: file } });
  expect(answerOf(ran)).toMatchObject({ error: { code: 'CODE_ENTRY_NOT_ALLOWED', field: 'codeEntry' } });
  expect(ran.code).toBe(4);
  await ask(['cancel', reference, '--reason', 'the test is over']);
});

test('list shows requests without personal data, and doctor finds nothing that fails', async () => {
  // Only enrolments have this stage.
  const none = await run(['list', '--flow', 'signature', '--stage', 'completing']);
  expect(none.output).toMatch(/^No such requests/m);
  const listed = await run(['list']);
  expect(listed.code).toBe(0);
  expect(listed.output).toMatch(new RegExp(`^signed-${once} +1 +signed`, 'm'));
  expect(listed.output).not.toContain('example.com');
  const { checks } = (await ask(['doctor'])) as { checks: { name: string; state: string }[] };
  expect(checks.filter(({ state }) => state === 'fail')).toEqual([]);
  expect(checks).toContainEqual(expect.objectContaining({ name: 'worker', state: 'ok' }));
});

test('doctor says once that the namespace is missing, and nothing that depends on it', async () => {
  const environment = { VIDEOID_CONFIG: at.state.configFile, VIDEOID_TEMPORAL_NAMESPACE: 'nowhere' };
  const { checks } = answerOf(await videoid(['doctor', '--json'], { environment })) as {
    checks: { name: string; state: string; words: string; remedy?: string }[];
  };
  const [failed, ...others] = checks.filter(
    ({ state, name }) => state === 'fail' && !/^(worker|gateway) on /.test(name),
  );
  expect(failed).toMatchObject({
    name: 'namespace',
    words: 'Temporal has no namespace nowhere. (temporal.namespace)',
    remedy: expect.stringContaining('namespace create --namespace nowhere') as string,
  });
  expect(others).toEqual([]);
});

test('setup is harmless when everything is there', async () => {
  expect(await ask(['setup'])).toMatchObject({ searchAttributes: [], archive: expect.any(String) as string });
  expect(existsSync(at.config.archive.directory)).toBe(true);
});

/** Automatic approval on production needs a permission. The other modes do not. */
function manualOnly(settings: object): object {
  const { registrationAuthorities } = settings as { registrationAuthorities: Record<string, object> };
  return { [AUTHORITIES.manual]: registrationAuthorities[AUTHORITIES.manual] ?? {} };
}
