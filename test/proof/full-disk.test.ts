import { randomBytes } from 'node:crypto';
import { PDFDocument } from '@cantoo/pdf-lib';
import type { FaultOrder } from '../../sandbox/client/sandbox-client.js';
import { VideoIdClient } from '../../src/client.js';
import type { VideoIdError } from '../../src/messages/failures.js';
import type { RequestStatus } from '../../src/messages/status.js';
import { recordsOf } from '../archive/records-of.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { aSigner, aStart, People } from '../installation/people.js';
import { openRoom, RESERVE, type Room } from '../installation/disk-space.js';

const OPERATOR = { kind: 'operator' } as const;
/** The approximate size of a document in bytes. Its signed copy is larger. */
const LARGE = 6_000_000;
/** Room for everything except such a document. The log of the database takes up to 4 MB. */
const LITTLE = 5_000_000;

let room: Room;
let at: Installation;
let large: Uint8Array;
beforeAll(async () => {
  room = openRoom();
  at = await Installation.start({
    settings: (settings) => {
      settings['archive'] = { directory: room.archive, reserve: RESERVE };
      const { steps } = settings['policy'] as { steps: Record<string, { budget: number }> };
      // So that the first try on a busy machine ends in time.
      for (const step of Object.values(steps)) step.budget = 8000;
    },
  });
  const document = await PDFDocument.create();
  document.addPage();
  await document.attach(randomBytes(LARGE), 'attachment.bin');
  large = await document.save();
});
afterEach(() => room.giveBack(at));
afterAll(async () => {
  await at.close();
  room.close();
});

/** Files of the archive that are not finished. A running try has one. */
function unfinished(): string[] {
  return recordsOf(room.archive).unfinished();
}

async function started(): Promise<People> {
  return People.start(at, { documents: [{ name: 'large.pdf', content: large }] });
}

test('a disk that fills between sign and retrieve loses nothing: signed, copy not yet stored, until there is room', async () => {
  const people = await started();
  const { reference } = people;
  await people.throughTo('code');
  await room.leave(at, LITTLE);
  await people.sign();
  const { attention, stage, words, verbs } = await people.attention('ARCHIVE_FULL');
  expect(attention).toMatchObject({ step: 'retrieve', leavesByItself: true });
  expect(Number(attention?.facts?.['bytesNeeded'])).toBeGreaterThan(LARGE);
  expect(attention?.facts?.['bytesFree']).toEqual(expect.any(Number));
  expect(attention?.facts?.['bytesFree']).not.toBe(0); // the part of the file that fitted was removed again
  expect(stage).toBe('archiving');
  expect(words).toMatch(/^signed, copy not yet stored\. .*bytes needed/);
  expect(verbs).not.toContain('cancel');
  expect(await at.client.why(reference)).toMatchObject({
    state: 'retrying',
    code: 'ARCHIVE_FULL',
    words: expect.stringContaining('signed, copy not yet stored') as string,
  });
  await expect(at.client.outcome(reference)).rejects.toMatchObject({ code: 'REQUEST_NOT_ENDED' });
  // While a try fills the rest of the disk, there is no room for the order either.
  const refused = async (): Promise<string | undefined> =>
    at.client.cancel(reference, { actor: OPERATOR, reason: 'tired' }).then(
      () => 'cancelled',
      ({ code }: VideoIdError) => (code === 'ARCHIVE_FULL' ? undefined : code),
    );
  expect(await eventually(refused)).toBe('NOT_NOW');
  // Tries start and fail, and leave nothing.
  await people.untilStatus((status) => (status.attention?.tries ?? 0) >= 1);
  await eventually(async () => unfinished().length === 0);
  const { documents, done } = await people.provider();
  expect(documents).toHaveLength(1);
  expect(done).not.toHaveProperty('delete-document');

  await room.giveBack(at);
  expect(await people.outcome()).toMatchObject({
    outcome: 'signed',
    cleanup: 'done',
    documents: [{ verification: { result: 'passed' } }],
  });
  const after = await people.provider();
  expect(after.documents).toEqual([]);
  expect(after.done).toMatchObject({ sign: 1, 'delete-document': 1 });
  expect(unfinished()).toEqual([]);
  const { events } = await at.client.status(reference);
  expect(events.filter(({ what }) => what === 'resolved')).toEqual([]);
});

test('below the reserve nothing is started, and nothing is left behind', async () => {
  const client = await room.belowReserve(at);
  const input = aStart({ documents: [{ name: 'large.pdf', content: large }] });
  await expect(client.start(input)).rejects.toMatchObject({
    code: 'ARCHIVE_FULL',
    facts: { bytesFree: expect.any(Number) as number, bytesNeeded: expect.any(Number) as number },
  });
  expect(recordsOf(room.archive).rows('requests', `signature-${input.reference}`)).toEqual([]);
  expect(unfinished()).toEqual([]);
  await expect(at.client.status(input.reference)).rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND' });
  await room.giveBack(at);
  expect(await at.client.start(input)).toMatchObject({ attempt: 1, state: 'started' });
});

test('below the reserve no code is sent, whether the caller or only the worker notices it', async () => {
  const people = await started();
  const { reference } = people;
  await people.throughTo('acceptance');
  const acceptance = await people.acceptance();
  const client = await room.belowReserve(at);
  const blind = await VideoIdClient.connect({ ...at.config, archive: { ...at.config.archive, reserve: 0 } });
  try {
    for (const one of [client, blind]) {
      await expect(one.requestCode(reference, acceptance)).rejects.toMatchObject({ code: 'ARCHIVE_FULL' });
    }
  } finally {
    await blind.close();
  }
  const { attention, code, stage } = await at.client.status(reference);
  expect({ attention, code, stage }).toEqual({ attention: undefined, code: { notAccepted: 0 }, stage: 'acceptance' });
  expect((await people.provider()).calls['otp']).toBeUndefined();
  await room.giveBack(at);
  await people.askForCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
});

/** The journal has no room for the attention. Temporal says what the tries find. */
async function untilFullIsSaid(people: People): Promise<RequestStatus> {
  return people.untilStatus(({ attention, failing }) => (attention ?? failing)?.code === 'ARCHIVE_FULL');
}

/** Fills the disk while the provider works on a call. */
async function filledDuring(people: People, fault: FaultOrder): Promise<void> {
  const held = await people.fault(fault);
  await people.held(held);
  await room.leave(at, 0);
  await at.provider.removeFault(held);
}

test('a disk that fills while the request is created: an operator gets the numbers to adopt, and nothing is created twice', async () => {
  const signer = aSigner();
  const held = await at.provider.addFault({ name: 'hold-after', endpoint: 'create', phone: signer.phone });
  const people = await People.start(at, { signer });
  await people.held(held);
  await room.leave(at, 0);
  await at.provider.removeFault(held);
  await untilFullIsSaid(people);
  const [made] = (await at.provider.requests()).filter(({ phone }) => phone === signer.phone);
  const ids = { videoidPk: String(made?.videoidPk), requestPk: String(made?.pk) };
  expect(unfinished()).toEqual([]);
  await room.giveBack(at);
  const { attention } = await people.attention('CREATE_IN_DOUBT');
  expect(attention?.words).toContain(`videoid_pk ${ids.videoidPk}, request_pk ${ids.requestPk}`);
  await at.client.resolve(people.reference, { remedy: 'adopt', actor: OPERATOR, ids });
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  expect((await at.provider.requests()).filter(({ phone }) => phone === signer.phone)).toHaveLength(1);
});

test('a disk that fills while the contract comes down: it is fetched again, each document is there once', async () => {
  const people = await started();
  await people.throughTo('review');
  const held = await people.fault({ name: 'hold-before', endpoint: 'get-contract' });
  await people.approve();
  await people.held(held);
  await room.leave(at, 0);
  await at.provider.removeFault(held);
  expect(await untilFullIsSaid(people)).toMatchObject({ stage: 'preparing' });
  await eventually(async () => unfinished().length === 0);
  await room.giveBack(at);
  await people.until('acceptance');
  expect((await people.provider()).documents).toHaveLength(1);
  await people.askForCode();
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
});

test('a disk that fills while the end is recorded: the files are stored, and the end follows when there is room', async () => {
  const people = await started();
  await people.throughTo('code');
  await people.fault({ name: 'slow', endpoint: 'sign', ms: 200 });
  const filled = filledDuring(people, { name: 'hold-before', endpoint: 'delete-document' });
  await people.sign();
  await filled;
  expect(await untilFullIsSaid(people)).toMatchObject({ stage: 'cleaning' });
  await expect(at.client.outcome(people.reference)).rejects.toMatchObject({ code: 'REQUEST_NOT_ENDED' });
  await eventually(async () => unfinished().length === 0);
  await room.giveBack(at);
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  await eventually(async () => (await at.client.outcome(people.reference)).cleanup === 'done');
  const { documents } = await people.provider();
  expect(documents).toEqual([]);
  const [signed] = await at.client.documents(people.reference);
  expect(signed).toMatchObject({ name: 'large.pdf', signed: true });
});
