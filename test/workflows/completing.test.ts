import type { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import type { EnrolmentRequest, RequestPk } from '../../src/messages/request.js';
import { InProcess, workflows } from './in-process.js';
import { requestOf } from './play.js';

const HOUR = 3_600_000;
const PROVIDE = { actor: { kind: 'requester' }, number: 1 } as const;
const DECLARED = { declaration: 'd', contract: 'c', officer: 'o' };

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 120_000);
afterAll(() => creator.destroy());

let it: InProcess;
afterEach(() => it.close());

function aRequest(): EnrolmentRequest {
  const deadlines = { video: HOUR, review: HOUR, signing: HOUR };
  const { key, ...request } = requestOf('r', { reviewMode: 'manual', deadlines, codesNotAccepted: 3 });
  return { ...request, key: { ...key, flow: 'enrolment' }, untilIssued: false, preauthLink: false };
}

/** The provider has validated the video of an organisation's person, and the title is missing. */
async function titleMissing(): Promise<void> {
  it = await InProcess.start(creator, 'enrolment', 'enrolment-r', aRequest());
  await it.answers('enrol', { requestPk: '101' as RequestPk, status: 'VIDEOREVIEW' });
  await it.answers('watch', { status: 'CREATED' });
  await it.answers('complete', { missing: ['title'] });
}

async function provided(): Promise<{ answer: Promise<unknown> }> {
  const answer = it.update('provide', PROVIDE);
  await it.settles();
  return { answer };
}

test('a strange status does not skip what is missing. What is provided meanwhile waits for it to leave', async () => {
  await titleMissing();
  await it.answers('watch', { status: 'EXPIRED' });
  expect(await it.status()).toMatchObject({ stage: 'completing', attention: { code: 'STATUS_UNEXPECTED' } });
  const { answer } = await provided();
  expect(it.waitsFor).toEqual(['watch']);
  await it.answers('watch', { status: 'CREATED' });
  await it.answers('complete', { missing: [] });
  await expect(answer).resolves.toEqual({ missing: [] });
  await it.answers('declare', DECLARED);
  expect(await it.status()).toMatchObject({ stage: 'review', verbs: expect.arrayContaining(['approve']) as string[] });
});

test('a strange status while the data is sent does not hide the review from the officer', async () => {
  await titleMissing();
  await provided();
  await it.fails('complete', { code: 'PROVIDER_BUSY', temporary: true });
  await it.answers('complete', { missing: [] });
  await it.fails('declare', { code: 'PROVIDER_REFUSED' });
  await it.answers('watch', { status: 'EXPIRED' });
  await it.answers('watch', { status: 'CREATED' });
  await it.update('resolve', { remedy: 'retry', actor: { kind: 'operator' } });
  await it.answers('declare', DECLARED);
  expect(await it.status()).toMatchObject({ stage: 'review', toReview: DECLARED });
});

test('data that is awaited is needed no more when it was approved in the console', async () => {
  await titleMissing();
  await it.answers('watch', { status: 'EXPIRED' });
  const { answer } = await provided();
  await it.answers('watch', { status: 'ENROLLREADY' });
  await expect(answer).rejects.toMatchObject({ code: 'NOT_NOW' });
  expect(it.waitsFor).toEqual(['record']);
});
