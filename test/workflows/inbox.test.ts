import type { Resolution } from '../../src/messages/steering.js';
import { callFailure } from '../../src/workflows/engine/call-failure.js';
import { Inbox } from '../../src/workflows/engine/inbox.js';

const RETRY: Resolution = { remedy: 'retry', actor: { kind: 'operator' } };
const VIDEO = { actor: { kind: 'operator' }, reason: 'lost' } as const;
const ENDED = callFailure('REQUEST_ENDED', 'The request has ended.');

let inbox: Inbox;
beforeEach(() => {
  inbox = new Inbox();
});

test('an order waits until the story takes it, and its caller until the story answers', async () => {
  const answer = inbox.ask('resolve', RETRY);
  expect(inbox.has('resolve')).toBe(true);
  const call = inbox.take('resolve');
  expect(inbox.has('resolve')).toBe(false);
  expect(call?.order).toBe(RETRY);
  expect(call?.settled).toBe(false);
  call?.answer({ stage: 'review' });
  expect(call?.settled).toBe(true);
  await expect(answer).resolves.toEqual({ stage: 'review' });
});

test('what comes after the first answer changes nothing', async () => {
  const answer = inbox.ask('resolve', RETRY);
  const call = inbox.take('resolve');
  call?.fail(callFailure('NOT_NOW', 'no'));
  call?.answer({ stage: 'review' });
  await expect(answer).rejects.toMatchObject({ type: 'NOT_NOW' });
});

test('of two orders of a kind the first wins; orders of other kinds are not held up', async () => {
  void inbox.ask('resolve', RETRY);
  expect(() => void inbox.ask('resolve', RETRY)).toThrow(expect.objectContaining({ type: 'NOT_NOW' }) as Error);
  void inbox.ask('new-video', VIDEO);
  expect(inbox.has('new-video')).toBe(true);
  inbox.take('resolve');
  expect(inbox.take('resolve')).toBeUndefined();
  void inbox.ask('resolve', RETRY);
  expect(inbox.has('resolve')).toBe(true);
});

test('orders that came too late for their stage are refused, the others stay', async () => {
  const late = inbox.ask('new-video', VIDEO);
  void inbox.ask('resolve', RETRY);
  inbox.refuse(
    (kind) => kind === 'new-video',
    () => callFailure('NOT_NOW', 'too late', { stage: 'review' }),
  );
  await expect(late).rejects.toMatchObject({ type: 'NOT_NOW', details: [{ facts: { stage: 'review' } }] });
  expect(inbox.has('resolve')).toBe(true);
});

test('at the end every caller without an answer gets one: waiting ones, and those whose order was taken', async () => {
  const taken = inbox.ask('resolve', RETRY);
  inbox.take('resolve');
  const waiting = inbox.ask('new-video', VIDEO);
  const answered = inbox.ask('code', {} as never);
  inbox.take('code')?.answer({ sentAt: '', resendFrom: '' });
  inbox.close(ENDED);
  await expect(taken).rejects.toBe(ENDED);
  await expect(waiting).rejects.toBe(ENDED);
  await expect(answered).resolves.toBeDefined();
  expect(inbox.has('new-video')).toBe(false);
});
