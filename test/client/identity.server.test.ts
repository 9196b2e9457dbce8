import { createReadStream } from 'node:fs';
import type { StartInput } from '../../src/client.js';
import type { VideoIdError } from '../../src/messages/failures.js';
import type { Outcome, OutcomeKind } from '../../src/messages/outcome.js';
import { OTHER_SAMPLE, openPlace, type Place, SAMPLE } from './place.js';
import { connectServer, type Server } from './server.js';

let server: Server;
let place: Place;
beforeAll(async () => {
  server = await connectServer();
  place = await openPlace(server.settings);
});
afterAll(async () => {
  await place.close();
  await server.close();
});

let count = 0;
const input = (change: Partial<StartInput> = {}): StartInput => ({
  reference: `identity-${(count += 1)}-${process.pid}`,
  signer: { email: 'signer@example.com', phone: '+34600000000' },
  documents: [{ name: 'agreement.pdf', content: SAMPLE }],
  ...change,
});
const annex = [{ name: 'annex.pdf', content: OTHER_SAMPLE }];

/** Does what the last activity of a request does. */
async function recordEnd(reference: string, attempt: number, outcome: OutcomeKind): Promise<Outcome> {
  const end: Outcome = {
    outcome,
    reference,
    attempt,
    reason: 'for-the-test',
    actor: { kind: 'operator' },
    at: '2026-01-01T00:00:00.000Z',
    cleanup: 'none',
    documents: [],
    durations: {},
  };
  await place.archive.recordOutcome({ flow: 'signature', reference, attempt }, end);
  return end;
}

test('a start makes a workflow that knows neither signer nor document names', async () => {
  const wanted = input();
  await expect(place.client.start(wanted)).resolves.toEqual({
    reference: wanted.reference,
    attempt: 1,
    workflowId: `signature-${wanted.reference}`,
    state: 'started',
  });
  const argument = JSON.stringify(await server.argumentOf(`signature-${wanted.reference}`, place.config));
  expect(argument).toContain('"registrationAuthority":"139"');
  expect(argument).not.toContain('example.com');
  expect(argument).not.toContain('600000000');
  expect(argument).not.toContain('agreement');
});

test('the same start again finds the running request, however the input is written', async () => {
  const wanted = input({ policy: { deadlines: { video: '7d' } } });
  await place.client.start(wanted);
  const before = place.archived();
  const again: StartInput = {
    ...wanted,
    registrationAuthority: '139',
    profile: 'FirstProfile',
    signer: { email: ' signer@example.com ', phone: '0034 600-000-000' },
    documents: [{ name: 'agreement.pdf', content: createReadStream(SAMPLE) }],
    policy: { deadlines: { video: 7 * 24 * 60 * 60 * 1000 } },
  };
  await expect(place.client.start(again)).resolves.toMatchObject({ attempt: 1, state: 'running' });
  expect(place.archived()).toEqual(before);
});

test.each<[string, Partial<StartInput>]>([
  ['another e-mail', { signer: { email: 'other@example.com', phone: '+34600000000' } }],
  ['another phone', { signer: { email: 'signer@example.com', phone: '+34600000001' } }],
  ['another document', { documents: [{ name: 'agreement.pdf', content: OTHER_SAMPLE }] }],
  ['another name for the document', { documents: [{ name: 'contract.pdf', content: SAMPLE }] }],
  ['one document more', { documents: [{ name: 'agreement.pdf', content: SAMPLE }, ...annex] }],
  ['another profile', { profile: 'SecondProfile' }],
  ['another deadline', { policy: { deadlines: { video: '8d' } } }],
])('%s under the same reference is refused, and changes nothing', async (_why, change) => {
  const wanted = input();
  await place.client.start(wanted);
  const before = place.archived();
  await expect(place.client.start({ ...wanted, ...change })).rejects.toMatchObject({
    code: 'REFERENCE_TAKEN',
    field: 'reference',
    facts: { attempt: 1 },
  });
  expect(place.archived()).toEqual(before);
});

test('the order of the documents counts', async () => {
  const documents = [{ name: 'agreement.pdf', content: SAMPLE }, ...annex];
  const wanted = input({ documents });
  await place.client.start(wanted);
  await expect(place.client.start({ ...wanted, documents: documents.toReversed() })).rejects.toMatchObject({
    code: 'REFERENCE_TAKEN',
  });
});

test('of many equal starts at once one starts, and all find the same request', async () => {
  const wanted = input();
  const all = await Promise.all(Array.from({ length: 8 }, () => place.client.start(wanted)));
  expect(all.filter(({ state }) => state === 'started')).toHaveLength(1);
  expect(all.every(({ workflowId, attempt }) => workflowId === all[0]?.workflowId && attempt === 1)).toBe(true);
});

test('of different starts at once under one reference one wins, and the others are refused', async () => {
  const wanted = input();
  const phones = ['+34600000001', '+34600000002', '+34600000003'];
  const all = await Promise.allSettled(
    phones.map((phone) => place.client.start({ ...wanted, signer: { email: 'signer@example.com', phone } })),
  );
  const codes = all.map((each) => (each.status === 'rejected' ? (each.reason as VideoIdError).code : 'started'));
  expect(codes.toSorted()).toEqual(['REFERENCE_TAKEN', 'REFERENCE_TAKEN', 'started']);
});

test('a start repeated after the end gives the recorded outcome, also when Temporal has forgotten the workflow', async () => {
  const wanted = input();
  await place.client.start(wanted);
  const outcome = await recordEnd(wanted.reference, 1, 'signed');
  await server.forget(`signature-${wanted.reference}`);
  await expect(place.client.start(wanted)).resolves.toMatchObject({ state: 'ended', outcome });
  expect(await server.knows(`signature-${wanted.reference}`)).toBe(false);
});

test('a half-started request, recorded and without a workflow, is resumed by the same start', async () => {
  const wanted = input();
  const away = await openPlace({ ...server.settings, address: '127.0.0.1:1' }, (settings) => {
    settings.archive.directory = place.config.archive.directory;
  });
  await expect(away.client.start(wanted)).rejects.toMatchObject({
    code: 'TEMPORAL_UNREACHABLE',
    facts: { reference: wanted.reference, attempt: 1 },
    remedy: expect.stringContaining('repeat the same start') as string,
  });
  await away.close();
  await expect(place.client.status(wanted.reference)).rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND' });
  await expect(place.client.start(wanted)).resolves.toMatchObject({ state: 'started', attempt: 1 });
  await expect(place.client.start(wanted)).resolves.toMatchObject({ state: 'running', attempt: 1 });
});

test('a workflow that somebody terminated is not passed off as running', async () => {
  const wanted = input();
  await place.client.start(wanted);
  await server.client.workflow.getHandle(`signature-${wanted.reference}`).terminate();
  await expect(place.client.start(wanted)).rejects.toMatchObject({
    code: 'REQUEST_ENDED',
    facts: { workflow: 'terminated' },
  });
});

test('two archives in one namespace do not take each other’s requests for their own', async () => {
  const wanted = input();
  await place.client.start(wanted);
  const other = await openPlace(server.settings, (settings) => {
    settings.keys = place.config.keys;
  });
  await expect(other.client.start(wanted)).rejects.toMatchObject({ code: 'ARCHIVE_NOT_SHARED' });
  await other.close();
});

describe('a new attempt', () => {
  test('is not allowed while the one before runs', async () => {
    const wanted = input();
    await place.client.start(wanted);
    await expect(place.client.start({ ...wanted, newAttempt: true })).rejects.toMatchObject({
      code: 'ATTEMPT_NOT_ALLOWED',
      field: 'newAttempt',
      facts: { attempt: 1 },
    });
  });

  test('is not allowed after the end signed', async () => {
    const wanted = input();
    await place.client.start(wanted);
    await recordEnd(wanted.reference, 1, 'signed');
    await expect(place.client.start({ reference: wanted.reference, newAttempt: true })).rejects.toMatchObject({
      code: 'ATTEMPT_NOT_ALLOWED',
      facts: { attempt: 1, outcome: 'signed' },
    });
  });

  test.each<OutcomeKind>(['refused', 'expired', 'cancelled', 'abandoned'])(
    'after the end %s takes over data and documents, and says that they are the same',
    async (outcome) => {
      const wanted = input({ profile: 'SecondProfile' });
      await place.client.start(wanted);
      await recordEnd(wanted.reference, 1, outcome);
      await expect(place.client.start({ reference: wanted.reference, newAttempt: true })).resolves.toEqual({
        reference: wanted.reference,
        attempt: 2,
        workflowId: `signature-${wanted.reference}~2`,
        state: 'started',
      });
      const [first, second] = await Promise.all(
        [1, 2].map((attempt) => place.client.documents(wanted.reference, { attempt })),
      );
      expect(second).toEqual(first);
    },
  );

  test('may have other documents', async () => {
    const wanted = input();
    await place.client.start(wanted);
    await recordEnd(wanted.reference, 1, 'refused');
    await place.client.start({ reference: wanted.reference, documents: annex, newAttempt: true });
    await expect(place.client.documents(wanted.reference)).resolves.toMatchObject([{ name: 'annex.pdf' }]);
    // Repeating the first start still finds the first start.
    await expect(place.client.start(wanted)).resolves.toMatchObject({ attempt: 1, state: 'ended' });
  });

  test('asked for again, because its answer was lost, finds itself', async () => {
    const wanted = input();
    await place.client.start(wanted);
    await recordEnd(wanted.reference, 1, 'refused');
    const again: StartInput = { reference: wanted.reference, newAttempt: true };
    await place.client.start(again);
    await expect(place.client.start(again)).resolves.toMatchObject({ attempt: 2, state: 'running' });
  });

  test('asked for twice at once is one', async () => {
    const wanted = input();
    await place.client.start(wanted);
    await recordEnd(wanted.reference, 1, 'refused');
    const again: StartInput = { reference: wanted.reference, newAttempt: true };
    const both = await Promise.all([place.client.start(again), place.client.start(again)]);
    expect(both.map(({ attempt }) => attempt)).toEqual([2, 2]);
    expect(both.filter(({ state }) => state === 'started')).toHaveLength(1);
  });
});
