import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE } from '../client/place.js';
import { MORE_AUTHORITIES } from '../installation/shared-settings.js';
import { answered, carriedOut } from '../installation/typed-command.js';
import { EnrolledPeople, ORGANISATION, ORGANISATION_FIELDS } from '../installation/enrolled-people.js';
import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { answerOf, type Ran, videoid } from '../cli/run.js';

// The server may have run these tests before.
const once = randomUUID();
let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const run = (args: string[]): Promise<Ran> => videoid(args, { environment: { VIDEOID_CONFIG: at.state.configFile } });

const ask = (args: string[]): Promise<Record<string, unknown>> => carriedOut(at, args);
const signer = ['--email', 'signer@example.com', '--phone', '+34 600 112 233'];
const enrol = (reference: string, ...more: string[]): string[] => [
  'enrol',
  ...signer,
  '--reference',
  reference,
  '--registration-authority',
  AUTHORITIES.manual,
  ...more,
];

test('an organisation is carried from enrol to the certificate with the command alone', async () => {
  const reference = `organisation-${once}`;
  const start = enrol(reference, '--profile', ORGANISATION, '--field', 'title=Director', '--until-issued');
  expect(await ask(start)).toMatchObject({ reference, attempt: 1, state: 'started' });
  const waiting = run([...start, '--wait', '--json']);
  const people = new EnrolledPeople(at, reference);
  await people.identified();
  await people.untilStatus(({ missing }) => missing !== undefined);
  const shown = await run(['show', reference]);
  expect(shown.output).toMatch(/^Enrolment +organisation-/m);
  expect(shown.output).toMatch(/^Stage .*Missing: organization_country, /m);
  expect(shown.output).not.toContain('example.com');

  const { title: _given, ...lacking } = ORGANISATION_FIELDS;
  const fields = Object.entries(lacking).flatMap(([name, value]) => ['--field', `${name}=${value}`]);
  const wrong = await run(['provide', reference, '--field', 'given_name=Other', '--json']);
  expect(wrong.code).toBe(2);
  expect(answerOf(wrong)).toMatchObject({ error: { code: 'FIELD_FROM_VIDEO', field: '--field given_name' } });
  expect(await ask(['provide', reference, ...fields, '--document', SAMPLE])).toEqual({ reference, missing: [] });

  await people.untilStatus(({ verbs }) => verbs.includes('approve'));
  const { declaration } = await ask(['declaration', reference]);
  expect(declaration).toContain('DECLARA');
  const file = join(at.state.directory, 'declaration.txt');
  await ask(['declaration', reference, '--save', file]);
  expect(readFileSync(file, 'utf8')).toBe(declaration);
  await ask(['contract', reference, '--save', join(at.state.directory, 'contract.pdf')]);
  await ask(['approve', reference, '--officer', OFFICER, '--seen', 'the console']);

  await people.until('issuing');
  const refused = await run(['preauth-link', reference, '--reason', 'test', '--json']);
  expect(refused.code).toBe(4);
  expect(answerOf(refused)).toMatchObject({ error: { code: 'NOT_NOW' } });
  expect(await ask(['secrets', reference, '--by', 'manager-1'])).toMatchObject({
    approval: { erc: (await people.provider()).secrets['erc'] },
  });
  await people.pickUp();
  const ended = await waiting;
  expect(ended.code).toBe(0);
  expect(answerOf(ended)).toMatchObject({ state: 'ended', outcome: { outcome: 'enrolled', reason: 'issued' } });
  const outcome = await run(['outcome', reference]);
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.output).toContain('The signer has picked up the certificate.');
});

test('a reference that both flows know needs --flow', async () => {
  const reference = `both-${once}`;
  await ask(enrol(reference));
  await ask(['show', reference]);
  const sign = ['sign', SAMPLE, ...signer, '--reference', reference, '--registration-authority', AUTHORITIES.manual];
  await ask(sign);
  const open = await run(['show', reference, '--json']);
  expect(open.code).toBe(2);
  expect(answerOf(open)).toMatchObject({ error: { code: 'BAD_INPUT', field: '--flow' } });
  expect(await ask(['show', reference, '--flow', 'enrolment'])).toMatchObject({ flow: 'enrolment' });
  expect(await ask(['show', reference, '--flow', 'signature'])).toMatchObject({ flow: 'signature' });
  const { requests } = (await ask(['list', '--flow', 'enrolment'])) as {
    requests: { reference: string; flow: string }[];
  };
  expect(requests.every(({ flow }) => flow === 'enrolment')).toBe(true);
  expect(requests.map((each) => each.reference)).toContain(reference);
  for (const flow of ['signature', 'enrolment']) {
    await ask(['cancel', reference, '--reason', 'the test is over', '--flow', flow]);
  }
  const ended = await run(['outcome', reference, '--wait', '--flow', 'enrolment', '--json']);
  expect(ended.code).toBe(7);
  expect(answerOf(ended)).toMatchObject({ outcome: 'cancelled' });
});

test('doctor looks at the Registration Authority API, and finds nothing that fails', async () => {
  const { checks } = (await answered(at, ['doctor'])) as { checks: { name: string; state: string }[] };
  // Another test file may have used the only scratchcard of this authority.
  const others = checks.filter(({ name }) => name !== `scratchcards of ${MORE_AUTHORITIES.scarce}`);
  expect(others.filter(({ state }) => state === 'fail')).toEqual([]);
  const named = Object.fromEntries(checks.map(({ name, state }) => [name, state]));
  expect(named).toMatchObject({
    'API user of sandbox': 'ok',
    'Registration Authority API sandbox': 'ok',
    [`scratchcards of ${AUTHORITIES.manual}`]: 'ok',
    [`certificate codes of ${AUTHORITIES.manual}`]: 'ok',
    'environments.sandbox.registrationAuthorityApi': 'ok',
  });
});
