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
const DISCARDS = { discardVideo: true } as const;
const WATCH = 'late-video-r~1~101';
const BUSY = { code: 'PROVIDER_BUSY', temporary: true } as const;
const PERHAPS = { code: 'VIDEO_PERHAPS_FINISHED', facts: { status: 'VIDEOINCOMPLETE' } } as const;
const FINISHED = { code: 'VIDEO_FINISHED', facts: { status: 'VIDEOREVIEW' } } as const;

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 120_000);
afterAll(() => creator.destroy());

let it: InProcess;
afterEach(() => it.close());

async function started(): Promise<void> {
  const deadlines = { video: HOUR, review: HOUR, signing: HOUR };
  const request = requestOf('r', { reviewMode: 'manual', deadlines, codesNotAccepted: 3 });
  it = await InProcess.start(creator, 'signature', 'signature-r', request);
}

/** The signer has the link. Callbacks are lost, and the next read is far away. */
async function inVideo(): Promise<void> {
  await started();
  await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
}

async function ordered(order: keyof typeof ORDERS, more: object = {}): Promise<{ answer: Promise<unknown> }> {
  const answer = it.update(order, { ...ORDERS[order], ...more });
  await it.settles();
  return { answer };
}

async function resolve(remedy: string, more: object = {}): Promise<{ answer: Promise<unknown> }> {
  const answer = it.update('resolve', { remedy, actor: OPERATOR, ...more });
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
    expect(it.activity('create').order).toMatchObject({
      round: 2,
      replaces: { requestPk: '101', mayBeDiscarded: false },
    });
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
    expect(it.activity('create').order).toMatchObject({ round: 3, replaces: { requestPk: '101' } });
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

describe('another video for one that may be finished (VIDEOINCOMPLETE)', () => {
  test('is not made', async () => {
    await inVideo();
    const { answer } = await ordered('new-video');
    await it.fails('create', PERHAPS);
    await expect(answer).rejects.toMatchObject({ code: 'VIDEO_PERHAPS_FINISHED' });
    expect(await it.status()).toMatchObject({ stage: 'video', provider: { ...IDS, status: 'VIDEOINCOMPLETE' } });
    expect(await recorded()).toContainEqual(expect.objectContaining({ what: 'video-kept', status: 'VIDEOINCOMPLETE' }));
  });

  test('is made for somebody who insists', async () => {
    await inVideo();
    const { answer } = await ordered('new-video', DISCARDS);
    expect(it.activity('create').order).toMatchObject({ replaces: { requestPk: '101', mayBeDiscarded: true } });
    await it.answers('create', { ...NEXT, status: 'VIDEOPENDING' });
    expect(it.activity('withdraw').order).toEqual({ requestPk: '101', keeps: 'finished' });
    await it.answers('withdraw', { closed: true, status: 'VIDEOINCOMPLETE', effect: 'ours' });
    await expect(answer).resolves.toEqual({ requestPk: '102' });
    expect(await recorded()).toContainEqual({
      what: 'video-discarded',
      by: undefined,
      requestPk: '101',
      status: 'VIDEOINCOMPLETE',
    });
  });

  test('and whose create is in doubt is asked about before it is created once more', async () => {
    await inVideo();
    await ordered('new-video');
    await it.fails('create', { code: 'CREATE_IN_DOUBT' });
    await it.answers('watch', { status: 'VIDEOINCOMPLETE' });
    await resolve('retry');
    await it.fails('create', PERHAPS);
    expect((await it.status()).attention).toMatchObject({
      code: 'VIDEO_PERHAPS_FINISHED',
      remedies: ['adopt', 'retry', 'cancel'],
    });
    await resolve('retry', DISCARDS);
    expect(it.activity('create').order).toMatchObject({ round: 4, replaces: { mayBeDiscarded: true } });
  });
});

async function replaced(found: 'VIDEOPENDING' | 'VIDEOINCOMPLETE' | 'VIDEOREVIEW') {
  await inVideo();
  const ordering = await ordered('new-video');
  await it.answers('create', { ...NEXT, status: 'VIDEOPENDING' });
  await it.answers('withdraw', { closed: false, status: found, effect: 'none' });
  return ordering;
}

describe('a video that the signer finishes although another one was made', () => {
  test('while it was made: the request goes back to it, and the caller learns both', async () => {
    const { answer } = await replaced('VIDEOREVIEW');
    await it.answers('adopt', { ...IDS, status: 'VIDEOREVIEW' });
    expect(it.activity('withdraw').order).toEqual({ requestPk: '102', keeps: 'perhaps-finished' });
    await it.answers('withdraw', { closed: true, status: 'VIDEOPENDING', effect: 'ours' });
    await expect(answer).rejects.toMatchObject({ code: 'VIDEO_FINISHED' });
    await goesOnWithTheVideo();
    expect(await recorded()).toContainEqual(
      expect.objectContaining({ what: 'video-kept', requestPk: '101', insteadOf: '102' }),
    );
  });

  test.each(['VIDEOPENDING', 'VIDEOINCOMPLETE'] as const)(
    'later, from %s: it is told, and can be taken back',
    async (found) => {
      const { answer } = await replaced(found);
      await expect(answer).resolves.toEqual({ requestPk: '102' });
      expect(it.children).toMatchObject([
        { workflowId: WATCH, order: { requestPk: '101', seen: found, replaced: true } },
      ]);
      await it.childEnds(WATCH, 'VIDEOREVIEW');
      expect((await it.status()).attention).toMatchObject({
        code: 'EARLIER_VIDEO_FINISHED',
        facts: { ...IDS, status: 'VIDEOREVIEW' },
        remedies: ['retry', 'adopt', 'wait', 'cancel'],
      });
      await resolve('adopt', { ids: IDS });
      await it.answers('adopt', { ...IDS, status: 'VIDEOREVIEW' });
      await it.answers('withdraw', { closed: true, status: 'VIDEOPENDING', effect: 'ours' });
      await goesOnWithTheVideo();
    },
  );

  test('although the provider did not answer when it was to be cancelled: it is watched', async () => {
    await inVideo();
    await ordered('new-video');
    await it.answers('create', { ...NEXT, status: 'VIDEOPENDING' });
    await it.fails('withdraw', BUSY);
    expect(it.children).toMatchObject([{ workflowId: WATCH, order: { seen: 'VIDEOPENDING' } }]);
  });

  test('and the other one too: both are told', async () => {
    await replaced('VIDEOREVIEW');
    await it.answers('adopt', { ...IDS, status: 'VIDEOREVIEW' });
    await it.answers('withdraw', { closed: false, status: 'VIDEOREVIEW', effect: 'none' });
    expect(await recorded()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: 'video-kept', requestPk: '101' }),
        expect.objectContaining({ what: 'earlier-video-finished', requestPk: '102' }),
      ]),
    );
  });

  test('and that nobody wants back: the present one is waited for', async () => {
    await replaced('VIDEOPENDING');
    await it.childEnds(WATCH, 'VIDEOREVIEW');
    await resolve('wait');
    expect(await it.status()).toMatchObject({ stage: 'video', provider: NEXT });
    expect((await it.status()).attention).toBeUndefined();
  });

  test('after the present one: it is told all the same', async () => {
    await replaced('VIDEOPENDING');
    await it.answers('watch', { status: 'VIDEOREVIEW' });
    await it.childEnds(WATCH, 'VIDEOREVIEW');
    expect(await it.status()).toMatchObject({ stage: 'review', provider: NEXT });
    expect(await recorded()).toContainEqual(
      expect.objectContaining({ what: 'earlier-video-finished', requestPk: '101' }),
    );
  });
});

describe.each(['cancel', 'abandon'] as const)('the order to %s a video that may be finished', (order) => {
  test('is refused, and takes effect for somebody who insists', async () => {
    await inVideo();
    const { answer } = await ordered(order);
    await it.answers('readStatus', { status: 'VIDEOINCOMPLETE' });
    await expect(answer).rejects.toMatchObject({ code: 'VIDEO_PERHAPS_FINISHED' });
    await ordered(order, DISCARDS);
    expect(it.activity('withdraw').order).not.toHaveProperty('keeps');
    await it.answers('withdraw', { closed: true, status: 'VIDEOINCOMPLETE', effect: 'ours' });
    expect(outcome()).toMatchObject({ actor: REQUESTER });
    expect(await recorded()).toContainEqual(expect.objectContaining({ what: 'video-discarded' }));
  });
});

test('a deadline throws away no video that may be finished', async () => {
  await inVideo();
  await it.answers('watch', { status: 'VIDEOINCOMPLETE' });
  await it.passes(2 * HOUR);
  await it.answers('readStatus', { status: 'VIDEOINCOMPLETE' });
  expect(it.activity('withdraw').order).toMatchObject({ requestPk: '101', keeps: 'perhaps-finished' });
});

test('what the provider does not know is not recorded as open there, and nobody watches it', async () => {
  await inVideo();
  await ordered('cancel');
  await it.fails('readStatus', { code: 'PROVIDER_NOT_FOUND' });
  await it.answers('withdraw', { closed: true, notKnown: true, effect: 'none' });
  expect(outcome()).toMatchObject({ notKnown: true });
  expect(outcome()).not.toHaveProperty('leftOpen');
  await it.answers('record', undefined);
  expect(it.children).toEqual([]);
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
    expect(it.activity('withdraw').order).not.toHaveProperty('keeps');
  });

  test('ends a request whose provider does not answer, and leaves a finished video there', async () => {
    await inVideo();
    await ordered(order);
    await it.fails('readStatus', BUSY);
    expect(it.activity('withdraw').order).toMatchObject({ keeps: 'perhaps-finished' });
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

const IN_DOUBT = { code: 'CREATE_IN_DOUBT' } as const;

test('a video that is finished while another one is in doubt is kept, and the doubt stays in the record', async () => {
  await inVideo();
  const { answer } = await ordered('new-video');
  await it.fails('create', IN_DOUBT);
  await expect(answer).rejects.toMatchObject(IN_DOUBT);
  await it.answers('watch', { status: 'VIDEOREVIEW' });
  await goesOnWithTheVideo();
  const said = (await recorded()).map(({ what }) => what);
  expect(said).toEqual(expect.arrayContaining(['create-in-doubt', 'video-kept']));
});

describe('an end that cuts a create off', () => {
  test('counts for the request that it had made, although its answer was lost', async () => {
    await started();
    await ordered('cancel');
    expect(it.activity('made').order).toEqual({ since: 1, round: 1 });
    await it.answers('made', { ids: IDS });
    expect(it.activity('withdraw').order).toMatchObject({ requestPk: '101' });
    await it.answers('withdraw', { closed: false, status: 'VIDEOPENDING', effect: 'none' });
    expect(outcome()).toMatchObject({ outcome: 'cancelled', leftOpen: true });
    await it.answers('record', undefined);
    expect(it.children.map(({ workflowId }) => workflowId)).toEqual(['late-video-r']);
  });

  test('counts for both, if it was to replace an earlier one', async () => {
    await inVideo();
    const { answer } = await ordered('new-video');
    await it.fails('create', IN_DOUBT);
    await expect(answer).rejects.toMatchObject(IN_DOUBT);
    await resolve('cancel');
    await it.answers('readStatus', { status: 'VIDEOPENDING' });
    await it.answers('made', { ids: NEXT });
    expect(it.activity('withdraw').order).toMatchObject({ requestPk: '101' });
    await it.answers('withdraw', { closed: true, status: 'VIDEOPENDING', effect: 'ours' });
    expect(it.activity('withdraw').order).toMatchObject({ requestPk: '102' });
  });

  test('says that it is not known what the create made', async () => {
    await started();
    await it.fails('create', IN_DOUBT);
    await resolve('cancel');
    await it.answers('made', { inDoubt: true });
    expect(it.waitsFor).toEqual(['record']);
    expect(await recorded()).toContainEqual(expect.objectContaining({ what: 'create-in-doubt' }));
  });
});
