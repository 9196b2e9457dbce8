import { json } from 'node:stream/consumers';
import type { Evidence } from '../../src/activities/engine/evidence.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { failureOf } from './step-failure.js';
import { type RequestAtWork, Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

async function signed(): Promise<RequestAtWork> {
  return (await at.newRequest()).reach('ISSUED');
}

function outcomeOf({ key }: RequestAtWork, more: Partial<Outcome> = {}): Outcome {
  return {
    outcome: 'signed',
    reference: key.reference,
    attempt: key.attempt,
    reason: 'signed',
    actor: { kind: 'signer' },
    at: '2026-01-02T03:04:05.000Z',
    cleanup: 'done',
    documents: [],
    durations: {},
    ...more,
  };
}

const EVENTS = [{ at: '2026-01-02T03:04:05.000Z', what: 'signed' }];

/** What the workflow asks for when deleting takes too long, then what the workflow of the cleanup asks for. */
async function endedInTwoSteps(request: RequestAtWork): Promise<void> {
  const outcome = outcomeOf(request, { cleanup: 'pending' });
  await request.tells(EVENTS);
  await request.try((activities) => activities.record(request.key, { outcome }));
  await request.clean();
}

async function evidenceOf({ key }: RequestAtWork): Promise<Evidence> {
  return (await json((await at.archive.openFile(key, { kind: 'evidence' })).stream)) as Evidence;
}

test('a try to fetch the files that comes late does not take the end out of the evidence', async () => {
  const request = await signed();
  await request.retrieve();
  await endedInTwoSteps(request);
  await request.retrieve(2).catch(() => undefined); // the files may be gone already
  const late = await signed();
  await late.retrieve();
  const outcome = outcomeOf(late, { cleanup: 'pending' });
  await late.tells(EVENTS);
  await late.try((activities) => activities.record(late.key, { outcome }));
  await late.retrieve(2);
  expect(await evidenceOf(late)).toMatchObject({ events: EVENTS, outcome: { outcome: 'signed' } });
  expect(await evidenceOf(request)).toMatchObject({ events: EVENTS, outcome: { outcome: 'signed' } });
});

test('a cleanup that went on by itself is in the evidence, with what was shown meanwhile', async () => {
  const request = await signed();
  await request.retrieve();
  await at.archive.appendEvent(request.key, { at: '2026-01-02T03:05:00.000Z', what: 'file-shown' });
  await endedInTwoSteps(request);
  expect(await evidenceOf(request)).toMatchObject({
    events: EVENTS,
    shown: [{ what: 'ended' }, { what: 'file-shown' }],
    outcome: { outcome: 'signed', cleanup: 'done' },
  });
});

test('a try to record that comes late does not take back that the cleanup is done', async () => {
  const request = await signed();
  await endedInTwoSteps(request);
  const outcome = outcomeOf(request, { cleanup: 'pending' });
  await request.try((activities) => activities.record(request.key, { outcome }), 2);
  expect(await evidenceOf(request)).toMatchObject({ outcome: { cleanup: 'done' } });
  expect(await at.archive.readOutcome(request.key)).toMatchObject({ cleanup: 'done' });
});

test('another end than the recorded one leaves the evidence as it is', async () => {
  const request = await signed();
  await endedInTwoSteps(request);
  const outcome = outcomeOf(request, { outcome: 'expired', reason: 'signing-deadline' });
  const again = request.try((activities) => activities.record(request.key, { outcome }));
  expect(await failureOf(again)).toMatchObject({ code: 'REQUEST_ENDED' });
  expect(await evidenceOf(request)).toMatchObject({ events: EVENTS, outcome: { outcome: 'signed' } });
});

test('a cleanup is done even if its evidence is gone: nothing hides that', async () => {
  const request = await signed();
  const outcome = outcomeOf(request, { cleanup: 'pending' });
  await at.archive.recordOutcome(request.key, outcome);
  await request.clean();
  expect(await at.archive.readOutcome(request.key)).toMatchObject({ cleanup: 'done' });
  await expect(at.archive.openFile(request.key, { kind: 'evidence' })).rejects.toMatchObject({
    code: 'DOCUMENT_NOT_FOUND',
  });
});
