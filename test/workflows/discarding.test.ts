import type { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { ProviderIds } from '../../src/messages/request.js';
import { InProcess, workflows } from './in-process.js';
import { requestOf } from './play.js';

const HOUR = 3_600_000;
const REQUESTER = { kind: 'requester', id: 'shop' } as const;
const OPERATOR = { kind: 'operator' } as const;
const IDS = { videoidPk: '501', requestPk: '101' } as unknown as ProviderIds;
const NEXT = { videoidPk: '502', requestPk: '102' } as unknown as ProviderIds;
const ORDERS = {
  cancel: { actor: REQUESTER, reason: 'too slow' },
  abandon: { actor: REQUESTER, reason: 'gave-up' },
  'new-video': { actor: OPERATOR, reason: 'the link was lost' },
} as const;
const BUSY = { code: 'PROVIDER_BUSY', temporary: true } as const;
const FINISHED = { code: 'VIDEO_FINISHED', facts: { status: 'VIDEOREVIEW' } } as const;

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 120_000);
afterAll(() => creator.destroy());

let it: InProcess;
afterEach(() => it.close());

/** The signer has the link. Callbacks are lost, and the next read is far away. */
async function inVideo(): Promise<void> {
  const deadlines = { video: HOUR, review: HOUR, signing: HOUR };
  const request = requestOf('r', { reviewMode: 'manual', deadlines, codesNotAccepted: 3 });
  it = await InProcess.start(creator, 'signature', 'signature-r', request);
  await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
}

async function ordered(order: keyof typeof ORDERS): Promise<{ answer: Promise<unknown> }> {
  const answer = it.update(order, ORDERS[order]);
  await it.settles();
  return { answer };
}

async function resolve(remedy: string): Promise<{ answer: Promise<unknown> }> {
  const answer = it.update('resolve', { remedy, actor: OPERATOR });
  await it.settles();
  return { answer };
}

function outcome(): Outcome {
  return (it.activity('record').order as { outcome: Outcome }).outcome;
}

async function recorded() {
  const { events } = await it.status();
  return events.map(({ what, actor, facts }) => ({ what, by: actor?.id ?? actor?.kind, ...facts }));
}

async function goesOnWithTheVideo(): Promise<void> {
  expect(await it.status()).toMatchObject({ stage: 'review', provider: { ...IDS, status: 'VIDEOREVIEW' } });
}

describe('another video', () => {
  test('is made after a read of the request that it replaces', async () => {
    await inVideo();
    const { answer } = await ordered('new-video');
    expect(it.activity('create').order).toMatchObject({ round: 2, before: '101' });
    await it.answers('create', { ...NEXT, status: 'VIDEOPENDING' });
    await it.answers('withdraw', { closed: true, effect: 'ours' });
    await expect(answer).resolves.toEqual({ requestPk: '102' });
  });

  test('is not made if the signer has finished the video: the caller learns it, and the request goes on', async () => {
    await inVideo();
    const { answer } = await ordered('new-video');
    await it.fails('create', FINISHED);
    await expect(answer).rejects.toMatchObject({ code: 'VIDEO_FINISHED' });
    expect(await recorded()).toContainEqual(expect.objectContaining({ what: 'video-kept', status: 'VIDEOREVIEW' }));
    await goesOnWithTheVideo();
  });

  test('waits for a provider that does not answer. Then it counts what the provider says', async () => {
    await inVideo();
    const { answer } = await ordered('new-video');
    await it.fails('create', BUSY);
    await expect(answer).rejects.toMatchObject({ code: 'PROVIDER_BUSY' });
    await it.fails('create', FINISHED);
    await goesOnWithTheVideo();
  });

  test('in doubt does not hide the earlier one: if the signer finishes that, the request goes on', async () => {
    await inVideo();
    await ordered('new-video');
    await it.fails('create', { code: 'CREATE_IN_DOUBT' });
    await it.answers('watch', { status: 'VIDEOREVIEW' });
    expect((await it.status()).attention).toBeUndefined();
    await goesOnWithTheVideo();
  });

  test('in doubt is not ended by the end of the earlier one', async () => {
    await inVideo();
    await ordered('new-video');
    await it.fails('create', { code: 'CREATE_IN_DOUBT' });
    await it.answers('watch', { status: 'CANCELLED' });
    await resolve('retry');
    expect(it.activity('create').order).toMatchObject({ round: 3, before: '101' });
    await it.answers('create', { ...NEXT, status: 'VIDEOPENDING' });
    await it.answers('withdraw', { closed: true, status: 'CANCELLED', effect: 'none' });
    expect(await it.status()).toMatchObject({ stage: 'video', provider: { requestPk: '102' } });
  });

  test('that an operator wants for a failed one is not made if the signer was faster', async () => {
    await inVideo();
    await it.answers('watch', { status: 'VIDEOERROR' });
    const { answer } = await resolve('new-video');
    await it.fails('create', FINISHED);
    await expect(answer).rejects.toMatchObject({ code: 'VIDEO_FINISHED' });
    await goesOnWithTheVideo();
  });
});

describe.each(['cancel', 'abandon'] as const)('the order to %s', (order) => {
  test('throws no finished video away that nobody knew of. Said again, it ends the request', async () => {
    await inVideo();
    const { answer } = await ordered(order);
    await it.answers('readStatus', { status: 'VIDEOREVIEW' });
    await expect(answer).rejects.toMatchObject({ code: 'VIDEO_FINISHED' });
    await it.passes(20); // the gap between two reads
    await it.answers('watch', { status: 'VIDEOREVIEW' });
    await goesOnWithTheVideo();
    await ordered('cancel');
    expect(it.activity('withdraw').order).toMatchObject({ unlessFinished: false });
  });

  test('ends a request whose provider does not answer, and leaves a finished video there', async () => {
    await inVideo();
    await ordered(order);
    await it.fails('readStatus', BUSY);
    expect(it.activity('withdraw').order).toMatchObject({ unlessFinished: true });
    await it.answers('withdraw', { closed: false, status: 'VIDEOREVIEW', effect: 'none' });
    expect(outcome()).toMatchObject({ leftOpen: true, actor: REQUESTER });
  });

  test('is a wish only if somebody had cancelled at the provider', async () => {
    await inVideo();
    const { answer } = await ordered(order);
    await it.answers('readStatus', { status: 'CANCELLED' });
    await it.answers('withdraw', { closed: true, status: 'CANCELLED', effect: 'none' });
    expect(outcome()).toMatchObject({ reason: 'cancelled-at-provider', actor: { kind: 'provider' } });
    expect(await recorded()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: 'end-ordered', by: 'shop' }),
        expect.objectContaining({ what: 'end-overruled', by: 'shop' }),
      ]),
    );
    await it.answers('record', undefined);
    await expect(answer).resolves.toEqual({ outcome: 'cancelled' });
  });

  test('counts if the cancellation at the provider may be ours', async () => {
    await inVideo();
    await ordered(order);
    await it.answers('readStatus', { status: 'VIDEOPENDING' });
    await it.answers('withdraw', { closed: true, status: 'CANCELLED', effect: 'in-doubt' });
    expect(outcome()).toMatchObject({ actor: REQUESTER });
  });
});

test('an operator’s cancel throws no finished video away either', async () => {
  await inVideo();
  await it.answers('watch', { status: 'VIDEOERROR' });
  const { answer } = await resolve('cancel');
  await it.answers('readStatus', { status: 'VIDEOREVIEW' });
  await expect(answer).rejects.toMatchObject({ code: 'VIDEO_FINISHED' });
  await it.passes(20);
  await it.answers('watch', { status: 'VIDEOREVIEW' });
  await goesOnWithTheVideo();
});

test('an order to end that reads while the request ends is answered, and is in no record', async () => {
  await inVideo();
  const { answer } = await ordered('cancel');
  await it.answers('watch', { status: 'CANCELLED' });
  expect(outcome()).toMatchObject({ reason: 'cancelled-at-provider' });
  await it.answers('record', undefined);
  await it.answers('readStatus', { status: 'CANCELLED' });
  await expect(answer).rejects.toMatchObject({ code: 'REQUEST_ENDED' });
  expect((await recorded()).map(({ what }) => what)).not.toContain('end-ordered');
});
