import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyPort } from '../../local/ports.js';
import { openArchive } from '../../src/archive/open-archive.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { Installation } from '../installation/installation.js';
import { unlessAway } from '../installation/patience.js';
import { People } from '../installation/people.js';

let at: Installation;
let other: string;
beforeAll(async () => {
  at = await Installation.start();
  other = mkdtempSync(join(tmpdir(), 'videoid-other-'));
  await (await openArchive({ directory: join(other, 'archive'), reserve: 0 }, { create: true })).close();
});
afterAll(async () => {
  await at.close();
  rmSync(other, { recursive: true });
});
afterEach(() => atTheEnd?.());
let atTheEnd: (() => Promise<void>) | undefined;

/** A worker of the same queue with another archive. */
async function startStranger(): Promise<void> {
  await at.startWorker('stranger', {
    VIDEOID_ARCHIVE_DIRECTORY: join(other, 'archive'),
    VIDEOID_WORKER_HEALTH_PORT: String(await anyPort()),
  });
}

async function strangerInsteadOfOurs(): Promise<void> {
  await at.kill('worker');
  await startStranger();
}

async function oursAgain(): Promise<void> {
  await at.kill('stranger');
  await at.startWorker();
}

/** Returns how it ended. Nothing was done twice, and nobody had to decide. */
async function goesOn(people: People): Promise<Outcome> {
  await people.throughToCode();
  await unlessAway(people.sign());
  const outcome = await people.outcome();
  expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, otp: 1, sign: 1 });
  const { events } = await at.client.status(people.reference);
  expect(events.filter(({ what }) => what === 'resolved')).toEqual([]);
  return outcome;
}

test('a worker with another archive reads nothing of a request: that is shown, and the right worker goes on', async () => {
  const people = await People.start(at);
  await people.until('video');
  await strangerInsteadOfOurs();
  const reads = (await people.provider()).calls['get-request']?.received;
  await people.finishVideo();
  const { attention, stage } = await people.attention('ARCHIVE_NOT_SHARED');
  expect({ stage, attention }).toMatchObject({ stage: 'video', attention: { step: 'watch', leavesByItself: true } });
  expect(await at.client.why(people.reference)).toMatchObject({ state: 'retrying', code: 'ARCHIVE_NOT_SHARED' });
  expect((await people.provider()).calls['get-request']?.received).toBe(reads);
  await oursAgain();
  await people.untilStatus((status) => status.stage === 'review' && status.attention === undefined);
  await unlessAway(people.approve());
  expect(await goesOn(people)).toMatchObject({ outcome: 'signed', cleanup: 'done' });
});

test('a decision while only such a worker runs is answered with the reason, and carried out afterwards', async () => {
  const people = await People.start(at);
  await people.throughTo('review');
  await strangerInsteadOfOurs();
  await people.attention('ARCHIVE_NOT_SHARED');
  await expect(people.approve()).rejects.toMatchObject({ code: 'ARCHIVE_NOT_SHARED' });
  expect((await people.provider()).calls['approve']).toBeUndefined();
  await oursAgain();
  await people.until('acceptance');
  expect(await goesOn(people)).toMatchObject({ outcome: 'signed', cleanup: 'done' });
});

test('beside a worker with another archive a request ends signed, and nothing is done twice', async () => {
  await startStranger();
  atTheEnd = () => at.kill('stranger');
  const people = await People.start(at);
  await people.throughTo('acceptance');
  expect(await goesOn(people)).toMatchObject({ outcome: 'signed', cleanup: 'done' });
});
