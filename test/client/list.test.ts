import * as fc from 'fast-check';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { loadKeyRing } from '../../src/security/keys.js';
import { keyOf, recordOf } from '../archive/sample-start.js';
import type { ListOptions } from '../../src/client.js';
import { cursorOf } from '../../src/client/look/cursor.js';
import type { Attention } from '../../src/messages/status.js';
import { openPlace, type Place } from './place.js';
import { ToldRequest } from './told-request.js';

const EMAIL = 'canary-person@example.com';
const PHONE = '+34699999999';

// Nothing listens there.
let place: Place;
let archive: Archive;
beforeAll(async () => {
  place = await openPlace({ address: '127.0.0.1:1' });
  archive = await openArchive(place.config.archive, { codecKeys: await loadKeyRing(place.config.keys.codec) });
  for (const [index, reference] of ['one', 'two', 'three'].entries()) {
    const more = { createdAt: `2026-01-0${index + 1}T00:00:00.000Z`, metadata: { customer: '17' } };
    const signer = { email: EMAIL, phone: PHONE };
    await (await archive.begin()).commit(recordOf(keyOf(reference), [], { ...more, signer }));
  }
});
afterAll(async () => {
  await archive.close();
  await place.close();
});

const ATTENTION: Attention = {
  step: 'watch',
  code: 'PROVIDER_UNREACHABLE',
  words: 'The provider does not answer.',
  since: '2026-01-01T00:00:00.000Z',
  tries: 3,
  awaits: 'next-try',
  leavesByItself: true,
  remedies: ['retry'],
};

/** Values that a caller without types may send. */
const untyped = (options: object): ListOptions => options;

describe('without Temporal', () => {
  it('lists the records, and says what only Temporal knows', async () => {
    const { requests, next, unknown } = await place.client.list({ limit: 2 });
    expect(requests).toEqual([
      expect.objectContaining({ reference: 'three', attempt: 1, state: 'running', metadata: { customer: '17' } }),
      expect.objectContaining({ reference: 'two' }),
    ]);
    expect(unknown).toMatchObject({ what: ['archive', 'problems'], code: 'TEMPORAL_UNREACHABLE' });
    const last = await place.client.list({ limit: 2, after: next });
    expect(last.requests.map(({ reference }) => reference)).toEqual(['one']);
    expect(last.next).toBeUndefined();
  });

  // Each waits until it is sure that Temporal is away. So they wait together.
  it('finds what the records know', async () => {
    const wanted: [ListOptions, string[]][] = [
      [{ createdFrom: '2026-01-02' }, ['three', 'two']],
      [{ createdTo: '2026-01-02T02:00:00+01:00' }, ['two', 'one']],
      [{ email: ` ${EMAIL.toUpperCase()} `, limit: 1 }, ['three']],
      [{ phone: '0034 699-999-999', prefix: 't' }, ['three', 'two']],
      [{ email: 'nobody@example.com' }, []],
      [{ registrationAuthority: '140' }, []],
      [{ after: cursorOf({ createdAt: Date.UTC(2026, 0, 3), workflowId: 'signature-three' }) }, ['two', 'one']],
    ];
    const found = await Promise.all(wanted.map(([options]) => place.client.list(options)));
    expect(found.map(({ requests }) => requests.map(({ reference }) => reference))).toEqual(
      wanted.map(([, references]) => references),
    );
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  it('says which registration authority is in no settings, and which are', async () => {
    expect(await place.client.list({ registrationAuthority: '140' })).toMatchObject({
      requests: [],
      notInSettings: {
        registrationAuthority: '140',
        known: ['139'],
        words: 'The settings have no registration authority "140". They have: 139.',
      },
    });
    expect(await place.client.list({ registrationAuthority: '139', prefix: 'x' })).toEqual({ requests: [] });
  });

  it('still lists the requests of one that was removed from the settings', async () => {
    await (await archive.begin()).commit(recordOf(keyOf('removed'), [], { registrationAuthority: '138' }));
    const page = await place.client.list({ registrationAuthority: '138' });
    expect(page.requests).toMatchObject([{ reference: 'removed', registrationAuthority: '138' }]);
    expect(page.notInSettings).toBeUndefined();
  });

  it('finds a stage, attention, a code and the queue of an officer in the rows', async () => {
    const [waits, approved, fails] = [
      await ToldRequest.begin(archive, 'waits'),
      await ToldRequest.begin(archive, 'approved'),
      await ToldRequest.begin(archive, 'fails'),
    ];
    await waits.enter('review');
    await approved.enter('review', { verbs: ['cancel'] });
    await fails.enter('video', { attention: ATTENTION });
    const wanted: [ListOptions, string[]][] = [
      [{ stage: 'review' }, ['approved', 'waits']],
      [{ stage: 'creating', prefix: 'o' }, ['one']],
      [{ officer: 'officer-1' }, ['waits']],
      [{ attention: true }, ['fails']],
      [{ code: 'PROVIDER_UNREACHABLE' }, ['fails']],
      [{ code: 'CODE_COOL_DOWN' }, []],
      [{ attention: false, prefix: 'f' }, []],
      [{ attention: false, prefix: 'w' }, ['waits']],
    ];
    const found = await Promise.all(wanted.map(([options]) => place.client.list(options)));
    expect(found.map(({ requests }) => requests.map(({ reference }) => reference).toSorted())).toEqual(
      wanted.map(([, references]) => references),
    );
    expect(found[3]?.requests).toMatchObject([{ stage: 'video', attention: 'PROVIDER_UNREACHABLE' }]);
    expect(found.every(({ unknown }) => unknown?.code === 'TEMPORAL_UNREACHABLE')).toBe(true);
    expect(await place.client.conditions()).toEqual([]);
  });

  it('counts who waits for an Optimizer that is out of reach', async () => {
    const outage = {
      environment: 'test',
      flow: 'signature',
      code: 'PROVIDER_UNREACHABLE',
      words: 'no answer',
    } as const;
    await archive.notices.noteOutage({ ...outage, optimizer: 'http://127.0.0.1:1', since: '2026-01-01T00:00:00.000Z' });
    expect(await place.client.conditions()).toMatchObject([{ what: 'outage', waiting: 1 }]);
  });
});

describe('a list that cannot be', () => {
  it.each<[string, string, string, ListOptions]>([
    ['a stage', 'BAD_INPUT', 'stage', untyped({ stage: "creating' OR 'a' = 'a" })],
    ['attention', 'BAD_INPUT', 'attention', untyped({ attention: 'maybe' })],
    ['a state', 'BAD_INPUT', 'state', untyped({ state: 'open' })],
    ['a code', 'BAD_INPUT', 'code', { code: "X' OR 'a' = 'a" }],
    ['a field that nobody knows', 'BAD_INPUT', 'status', untyped({ status: 'open' })],
    ['a prefix', 'BAD_INPUT', 'prefix', { prefix: '%' }],
    ['an empty prefix', 'BAD_INPUT', 'prefix', { prefix: '' }],
    ['a date', 'BAD_INPUT', 'createdFrom', { createdFrom: '31.01.2026' }],
    ['an hour that there is not', 'BAD_INPUT', 'createdTo', { createdTo: '2026-01-01T25:00:00Z' }],
    ['a limit of none', 'BAD_INPUT', 'limit', { limit: 0 }],
    ['a limit of too many', 'BAD_INPUT', 'limit', { limit: 1001 }],
    ['metadata', 'BAD_INPUT', 'metadata.customer', { metadata: { customer: 'a\nb' } }],
    ['an e-mail address', 'BAD_EMAIL', 'email', { email: 'canary-person@' }],
    ['a phone', 'BAD_PHONE', 'phone', { phone: '699999999' }],
    ['an officer', 'UNKNOWN_OFFICER', 'officer', { officer: 'nobody' }],
    [
      'an officer of another registration authority',
      'UNKNOWN_REGISTRATION_AUTHORITY',
      'registrationAuthority',
      { officer: 'officer-1', registrationAuthority: '140' },
    ],
    ['a number of the provider', 'BAD_INPUT', 'providerId', { providerId: 'order-17' }],
    ['an officer who signs', 'BAD_INPUT', 'stage', { officer: 'officer-1', stage: 'code' }],
  ])('because of %s names the field, never the value', async (_what, code, field, options) => {
    const error = await place.client.list(options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, field });
    expect(`${JSON.stringify(error)} ${String(error)}`).not.toMatch(/canary|699999999/);
  });
});

/** How the client answers a cursor that no page named. */
async function answerTo(after: string): Promise<unknown> {
  return await place.client.list({ after }).catch((error: unknown) => error);
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}

const refusal = expect.objectContaining({ code: 'BAD_INPUT', field: 'after' });

describe('a cursor', () => {
  it('that no page named is refused', async () => {
    const next = cursorOf({ createdAt: 1, workflowId: 'signature-one' });
    const forged = [
      '',
      next.slice(0, -1),
      `${next}=`,
      ` ${next}`,
      encoded('1 nobody'),
      encoded('-1 signature-one'),
      encoded('1e9 signature-one'),
      encoded(`${'9'.repeat(16)} signature-one`),
      encoded("1 signature-one' or 1 = 1"),
      encoded('1 signature-one\u0000'),
      'A'.repeat(100_000),
    ];
    for (const each of forged) expect(await answerTo(each)).toEqual(refusal);
  });

  it('of any text is refused, or is a position', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) =>
        expect(await answerTo(text)).toEqual(refusal),
      ),
      { numRuns: 200 },
    );
  });
});
