import type { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { ProviderIds, SignatureRequest } from '../../src/messages/request.js';
import { InProcess, workflows } from './in-process.js';
import { requestOf } from './play.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OPERATOR = { kind: 'operator' } as const;
const IDS = { videoidPk: '501', requestPk: '101' } as unknown as ProviderIds;
const APPROVE = { decision: 'approve', officer: 'o', evidenceSeen: 'console' };
const CANCEL = { actor: OPERATOR, reason: 'tired' };
const BUSY = { code: 'PROVIDER_BUSY', temporary: true } as const;
const REFUSED = { code: 'PROVIDER_REFUSED' } as const;

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 120_000);
afterAll(() => creator.destroy());

let it: InProcess;
afterEach(() => it.close());

/** Times as in production. */
function aRequest(): SignatureRequest {
  const deadlines = { video: HOUR, review: HOUR, signing: HOUR };
  const request = requestOf('r', { reviewMode: 'manual', deadlines, codesNotAccepted: 3 });
  const { policy } = request;
  policy.watch = { gap: 2000, soon: [1000], slow: 10 * MINUTE, jitter: 0 };
  for (const step of Object.values(policy.steps))
    Object.assign(step, { startToClose: MINUTE, budget: 10 * MINUTE, backoff: 1000, slowest: 5 * MINUTE });
  return request;
}

async function started(): Promise<void> {
  it = await InProcess.start(creator, 'signature', 'signature-r', aRequest());
}

async function watching(): Promise<void> {
  await started();
  await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
}

async function inReview(): Promise<void> {
  await watching();
  await it.answers('watch', { status: 'VIDEOREVIEW' });
}

async function uploading(): Promise<void> {
  await inReview();
  void it.update('review', APPROVE);
  await it.settles();
  await it.answers('approve', { status: 'ENROLLREADY', effect: 'ours' });
}

async function inAcceptance(): Promise<void> {
  await uploading();
  const documents = [{ index: 1, sha256: 'd', size: 1, uid: 'u' }];
  await it.answers('upload', { documents, contract: { sha256: 'contract', size: 1 } });
}

/** The signer accepts and asks for a code now. */
function askForCode(): Promise<unknown> {
  const at = new Date(it.now).toISOString();
  return it.update('code', {
    documents: ['d'],
    contract: 'contract',
    consentVersion: '1',
    channel: 'test',
    at,
  });
}

async function signing(): Promise<{ answer: Promise<unknown> }> {
  await inAcceptance();
  void askForCode();
  await it.settles();
  await it.answers('sendCode', { sentAt: new Date(it.now).toISOString() });
  const answer = it.update('sign', { secret: { keyId: 'k', sealed: 'c' } });
  await it.settles();
  return { answer };
}

function resolve(remedy: string): Promise<unknown> {
  return it.update('resolve', { remedy, actor: OPERATOR });
}

async function what(): Promise<string[]> {
  return (await it.status()).events.map((event) => event.what);
}

test('the status says when an answer of the provider last reached the request', async () => {
  await started();
  expect((await it.status()).provider).toEqual({});
  await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
  const created = new Date(it.now).toISOString();
  await it.passes(MINUTE);
  expect((await it.status()).provider).toEqual({ ...IDS, status: 'VIDEOPENDING', readAt: created });
  await it.answers('watch', { status: 'VIDEOREVIEW' });
  const read = new Date(it.now).toISOString();
  expect((await it.status()).provider).toEqual({ ...IDS, status: 'VIDEOREVIEW', readAt: read });
});

describe('a step that meets temporary trouble', () => {
  test('is tried within its budget, without attention', async () => {
    await uploading();
    expect(it.activity('upload')).toMatchObject({ budget: 10 * MINUTE, retries: { from: 1000, to: 5 * MINUTE } });
    expect((await it.status()).attention).toBeUndefined();
  });

  test('keeps trying past it at the slowest pace, and says so; it leaves by itself', async () => {
    await uploading();
    await it.fails('upload', BUSY);
    expect(it.activity('upload')).toMatchObject({ budget: undefined, retries: { from: 5 * MINUTE, to: 5 * MINUTE } });
    expect((await it.status()).attention).toMatchObject({
      step: 'upload',
      code: 'PROVIDER_BUSY',
      leavesByItself: true,
      remedies: ['retry', 'cancel'],
      tries: 1,
    });
    const documents = [{ index: 1, sha256: 'd', size: 1, uid: 'u' }];
    await it.answers('upload', { documents, contract: { sha256: 'contract', size: 1 } });
    expect(await it.status()).toMatchObject({ stage: 'acceptance' });
    expect((await it.status()).attention).toBeUndefined();
    expect(await what()).toEqual(expect.arrayContaining(['attention', 'attention-left']));
  });

  test('makes the deadline stand still, from the beginning of the trouble on', async () => {
    await uploading();
    const before = Date.parse((await it.status()).deadline ?? '');
    const since = new Date(it.now).toISOString();
    await it.passes(20 * MINUTE);
    await it.fails('upload', { ...BUSY, since });
    expect((await it.status()).deadline).toBeUndefined();
    await it.passes(3 * HOUR);
    await it.answers('upload', { documents: [], contract: { sha256: 'contract', size: 1 } });
    expect(Date.parse((await it.status()).deadline ?? '')).toBe(before + 3 * HOUR + 20 * MINUTE);
  });

  test('is tried within its budget again when an operator says so, and then shows the new failure', async () => {
    await uploading();
    await it.fails('upload', BUSY);
    await resolve('retry');
    expect(it.activity('upload')).toMatchObject({ budget: 10 * MINUTE });
    await it.fails('upload', { code: 'ARCHIVE_FULL', temporary: true });
    expect((await it.status()).attention).toMatchObject({ code: 'ARCHIVE_FULL' });
    expect(it.activity('upload')).toMatchObject({ budget: undefined });
  });

  test('is cut short by an order to end, and by nothing else', async () => {
    await uploading();
    await it.fails('upload', BUSY);
    await it.hint();
    expect(it.waitsFor).toEqual(['upload']);
    void it.update('cancel', CANCEL);
    await it.settles();
    expect(it.waitsFor).toEqual(['readStatus']);
  });
});

describe('a step that is refused', () => {
  test('waits for a decision, while the deadline stands still and the provider is watched', async () => {
    await uploading();
    await it.fails('upload', REFUSED);
    expect(it.waitsFor).toEqual(['watch']);
    const { attention, deadline } = await it.status();
    expect(attention).toMatchObject({ code: 'PROVIDER_REFUSED', leavesByItself: false, remedies: ['retry', 'cancel'] });
    expect(deadline).toBeUndefined();
    await resolve('retry');
    expect(it.activity('upload')).toMatchObject({ budget: 10 * MINUTE });
  });

  test('the same again is another try of the same trouble', async () => {
    await uploading();
    await it.fails('upload', REFUSED);
    const { attention: first } = await it.status();
    await it.passes(HOUR);
    await resolve('retry');
    await it.fails('upload', REFUSED);
    expect((await it.status()).attention).toMatchObject({ since: first?.since, tries: 2 });
  });

  test('offers what helps with this failure, and goes on with it', async () => {
    await uploading();
    await it.fails('upload', { code: 'PROVIDER_FILE_NOT_A_PDF' });
    expect((await it.status()).attention?.remedies).toEqual(['retry', 'accept-files', 'cancel']);
    await expect(resolve('skip')).rejects.toMatchObject({ code: 'UNKNOWN_REMEDY' });
    await resolve('accept-files');
    expect(it.activity('upload').order).toMatchObject({ contractAsItCame: true });
    expect((await it.status()).attention).toBeDefined(); // until it has helped
    await it.fails('upload', {
      code: 'SIGNER_UNEXPECTED',
      facts: { identity: 'different' },
    });
    await resolve('accept-signer');
    expect(it.activity('upload').order).toMatchObject({
      contractAsItCame: true,
      identity: 'accepted-although-different',
    });
  });

  test('ends the request when it is cancelled at the provider meanwhile', async () => {
    await uploading();
    await it.fails('upload', REFUSED);
    await it.answers('watch', { status: 'CANCELLED' });
    expect((await it.status()).stage).toBe('cleaning');
  });

  test('goes on waiting through trouble with the watch', async () => {
    await uploading();
    await it.fails('upload', REFUSED);
    await it.fails('watch', BUSY);
    expect(it.activity('watch').order).toMatchObject({ recovering: true });
    expect((await it.status()).attention).toMatchObject({ code: 'PROVIDER_REFUSED' });
    await it.answers('watch', { status: 'ENROLLREADY' });
    expect(it.activity('watch').order).toMatchObject({ recovering: false });
  });

  test('does not read again at once where reading is refused too', async () => {
    await uploading();
    await it.fails('upload', REFUSED);
    await it.fails('watch', REFUSED);
    expect(it.waitsFor).toEqual([]);
    await it.passes(10 * MINUTE);
    expect(it.waitsFor).toEqual(['watch']);
  });

  test('hears another decision between two tries, while it is tried again', async () => {
    await uploading();
    await it.fails('upload', { code: 'PROVIDER_FILE_NOT_A_PDF' });
    await resolve('retry');
    await resolve('accept-files');
    expect(it.called.get('upload')).toBe(3);
    expect(it.activity('upload').order).toMatchObject({ contractAsItCame: true });
  });

  test('can be given up', async () => {
    await uploading();
    await it.fails('upload', REFUSED);
    await resolve('cancel');
    expect(it.waitsFor).toEqual(['readStatus']);
  });
});

describe('an officer who decides', () => {
  test('gets the failure when the step enters attention', async () => {
    await inReview();
    const approval = it.update('review', APPROVE);
    await it.settles();
    await it.fails('approve', BUSY);
    await expect(approval).rejects.toMatchObject({ code: 'PROVIDER_BUSY' });
  });

  test('learns that the credentials are wrong and may type them again. Until then it is attention', async () => {
    await inReview();
    const approval = it.update('review', APPROVE);
    await it.settles();
    await it.fails('approve', { code: 'CREDENTIALS_REFUSED' });
    await expect(approval).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
    const { attention, verbs } = await it.status();
    expect(attention).toMatchObject({ code: 'CREDENTIALS_REFUSED', awaits: 'people' });
    expect(verbs).toContain('approve');
  });
});

describe('a code', () => {
  test('that is requested too soon is refused, without attention', async () => {
    await inAcceptance();
    const asked = askForCode();
    await it.settles();
    await it.fails('sendCode', { code: 'CODE_COOL_DOWN' });
    await expect(asked).rejects.toMatchObject({ code: 'CODE_COOL_DOWN' });
    await it.answers('readStatus', { status: 'ENROLLREADY' });
    expect((await it.status()).attention).toBeUndefined();
  });

  test('that a worker whose clock is ahead has sent does not lengthen the pause before another one', async () => {
    await inAcceptance();
    void askForCode();
    await it.settles();
    await it.answers('sendCode', { sentAt: new Date(it.now + 60 * MINUTE).toISOString() });
    expect((await it.status()).words).toContain(`The code was sent at ${new Date(it.now).toISOString()}`);
    void askForCode();
    await it.settles();
    expect(it.waitsFor).toContain('sendCode');
  });

  test('that cannot be sent is gone without: the signer signs in another way', async () => {
    await inAcceptance();
    void askForCode();
    await it.settles();
    await it.fails('sendCode', REFUSED);
    expect((await it.status()).attention?.remedies).toEqual(['retry', 'skip', 'cancel']);
    await resolve('skip');
    await it.answers('readStatus', { status: 'ENROLLREADY' });
    expect(await it.status()).toMatchObject({ stage: 'acceptance' });
    expect((await it.status()).attention).toBeUndefined();
  });
});

describe('a sign', () => {
  test('is not ended while it keeps trying; while an operator is awaited it is', async () => {
    await signing();
    await it.fails('sign', BUSY);
    void it.update('cancel', CANCEL);
    await it.settles();
    expect(it.waitsFor).toEqual(['sign']);
    await it.fails('sign', REFUSED);
    expect(it.waitsFor).toEqual(['readStatus']);
  });

  test('in doubt ends with nothing but the provider’s word, or an operator’s', async () => {
    await signing();
    await it.fails('sign', REFUSED);
    void it.update('cancel', CANCEL);
    await it.settles();
    await it.fails('readStatus', REFUSED);
    expect((await it.status()).attention).toMatchObject({ code: 'PROVIDER_REFUSED', remedies: ['retry', 'skip'] });
    await resolve('skip');
    await it.fails('readStatus', REFUSED); // one more look
    expect(it.waitsFor).toEqual(['withdraw']);
  });

  test('that the provider shows as done while an operator is awaited is done', async () => {
    const { answer } = await signing();
    await it.fails('sign', REFUSED);
    await expect(answer).rejects.toMatchObject({ code: 'PROVIDER_REFUSED' });
    await it.answers('watch', { status: 'ISSUED' });
    expect(it.waitsFor).toEqual(['retrieve']);
  });

  test('whose strange status has gone by itself did not sign: another code is asked for', async () => {
    await signing();
    await it.fails('sign', { code: 'STATUS_UNEXPECTED' });
    await it.answers('watch', { status: 'EXPIRED' });
    await it.answers('watch', { status: 'ENROLLREADY' });
    expect(await it.status()).toMatchObject({ stage: 'acceptance' });
    expect(await what()).toContain('code-spent');
  });
});

describe('a create that failed', () => {
  test('is another round when an operator says so, and watches nothing meanwhile', async () => {
    await started();
    await it.fails('create', { code: 'CREATE_IN_DOUBT' });
    expect(it.waitsFor).toEqual([]);
    await resolve('retry');
    expect(it.activity('create').order).toMatchObject({ round: 2, since: 1 });
  });

  test('is adopted; ids that the provider does not know settle nothing', async () => {
    await started();
    await it.fails('create', { code: 'CREATE_IN_DOUBT' });
    void it.update('resolve', { remedy: 'adopt', ids: IDS, actor: OPERATOR });
    await it.settles();
    await it.fails('adopt', { code: 'PROVIDER_NOT_FOUND' });
    expect(it.activity('create').order).toMatchObject({ round: 1 });
    await it.fails('create', { code: 'CREATE_IN_DOUBT' });
    void it.update('resolve', { remedy: 'adopt', ids: IDS, actor: OPERATOR });
    await it.settles();
    await it.answers('adopt', { ...IDS, status: 'VIDEOPENDING' });
    expect(await it.status()).toMatchObject({ stage: 'video', provider: IDS });
  });
});

describe('the watch', () => {
  test('is cut short by a hint once the gap is over, and reads soon from then on', async () => {
    await watching();
    expect(it.activity('watch').order).toMatchObject({ soon: false });
    await it.passes(5000);
    await it.hint();
    expect(it.called.get('watch')).toBe(2);
    expect(it.activity('watch').order).toMatchObject({ soon: true });
  });

  test('says what led to the read: our own pace, also where a change is expected soon, or a hint', async () => {
    await inReview();
    void it.update('review', APPROVE);
    await it.settles();
    await it.answers('approve', { status: 'VIDEOREVIEW', effect: 'ours' });
    expect(it.activity('watch').order).toMatchObject({ soon: true });
    await it.answers('watch', { status: 'CREATED' });
    await it.hint();
    await it.passes(2000);
    await it.answers('watch', { status: 'ENROLLREADY' });
    const { events } = await it.status();
    const seen = events.filter((event) => event.what === 'provider-status').map(({ facts }) => facts);
    expect(seen).toEqual([
      { status: 'VIDEOREVIEW', foundBy: 'poll' },
      { status: 'CREATED', foundBy: 'poll' },
      { status: 'ENROLLREADY', foundBy: 'hint' },
    ]);
  });

  test('reads at most once per gap, and once more at its end', async () => {
    await watching();
    for (let hints = 0; hints < 5; hints += 1) await it.hint();
    expect(it.called.get('watch')).toBe(1);
    await it.passes(1999);
    expect(it.called.get('watch')).toBe(1);
    await it.passes(1);
    expect(it.called.get('watch')).toBe(2);
    await it.passes(HOUR / 2);
    expect(it.called.get('watch')).toBe(2);
  });

  test('that fails past its budget is attention, until the provider answers anything at all', async () => {
    await watching();
    await it.fails('watch', BUSY);
    const { attention, deadline } = await it.status();
    expect(attention).toMatchObject({ step: 'watch', leavesByItself: true });
    expect(deadline).toBeUndefined();
    expect(it.activity('watch').order).toMatchObject({ recovering: true });
    await it.answers('watch', { status: 'VIDEOPENDING' });
    expect(await it.status()).toMatchObject({ deadline: expect.any(String) as string, stage: 'video' });
  });
});

describe('the deadline', () => {
  test('ends the request, after one more look at the provider', async () => {
    await inReview();
    await it.passes(HOUR);
    await it.answers('readStatus', { status: 'VIDEOREVIEW' });
    expect(it.waitsFor).toEqual(['withdraw']);
    await it.answers('withdraw', { closed: true, effect: 'ours' });
    await it.answers('record', undefined);
    expect(it.result).toMatchObject({ outcome: 'expired', reason: 'review-deadline', actor: { kind: 'policy' } });
  });

  test('ends nothing where that look brings news', async () => {
    await inReview();
    await it.passes(HOUR);
    await it.answers('readStatus', { status: 'ENROLLREADY' });
    expect(it.waitsFor).toEqual(['upload']);
  });

  test('of a later stage is its own', async () => {
    await watching();
    await it.passes(50 * MINUTE);
    await it.answers('watch', { status: 'VIDEOREVIEW' });
    await it.passes(50 * MINUTE);
    expect(await it.status()).toMatchObject({ stage: 'review' });
  });

  test('that passed while no worker was there gives the time back', async () => {
    await inReview();
    await it.passesWithoutWorker(HOUR + 30 * MINUTE);
    const { deadline, events } = await it.status();
    expect(Date.parse(deadline ?? '')).toBe(it.now + 30 * MINUTE);
    expect(events.at(-1)).toMatchObject({ what: 'deadline-moved', facts: { by: 30 * MINUTE, stage: 'review' } });
  });

  test('can be extended', async () => {
    await inReview();
    const extend = { actor: OPERATOR, reason: 'holidays', by: HOUR };
    const { deadline } = await it.update<{ deadline: string }>('extend', extend);
    expect(Date.parse(deadline)).toBe(it.now + 2 * HOUR);
    await it.passes(HOUR + MINUTE);
    expect(await it.status()).toMatchObject({ stage: 'review' });
  });

  test('is reminded of before it passes, in the journal', async () => {
    const request = aRequest();
    request.policy.deadlines.remindBefore = [15 * MINUTE];
    it = await InProcess.start(creator, 'signature', 'signature-r', request);
    await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
    await it.passes(45 * MINUTE);
    const deadline = new Date(it.now + 15 * MINUTE).toISOString();
    expect(it.envelopes.at(-1)?.events.at(-1)).toMatchObject({
      what: 'deadline-near',
      facts: { stage: 'video', deadline },
    });
    expect(it.waitsFor).toContain('watch');
  });
});

describe('an order that comes at the same moment as something else', () => {
  test('of an officer whom the console overtakes is answered at once', async () => {
    await inReview();
    await it.passes(3000);
    await it.hint(); // reads
    const refusal = it.update('review', { ...APPROVE, decision: 'refuse', reason: 'expired' });
    await it.settles();
    await it.answers('refuse', { status: 'ENROLLREADY', effect: 'none' });
    await expect(refusal).rejects.toMatchObject({ code: 'DECIDED_ALREADY' });
    expect(await it.status()).toMatchObject({ stage: 'preparing' });
    expect(await what()).not.toContain('refused');
  });

  test('for another code, while the signature is under way, came too late', async () => {
    const { answer } = await signing();
    const late = askForCode();
    await it.settles();
    await it.answers('sign', { result: 'issued' });
    await expect(answer).resolves.toEqual({ signed: true });
    await expect(late).rejects.toMatchObject({ code: 'NOT_NOW' });
  });

  test('to sign, before the first is known not to have signed, is not sent', async () => {
    const { answer } = await signing();
    const again = it.update('sign', { secret: { keyId: 'k', sealed: 'c' } });
    await it.settles();
    await it.answers('sign', { result: 'not-accepted' });
    await expect(answer).rejects.toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
    await expect(again).rejects.toMatchObject({ code: 'NOT_NOW' });
    expect(it.called.get('sign')).toBe(1);
  });

  test('for another video is carried out although the provider could not be read', async () => {
    await watching();
    await it.fails('watch', BUSY);
    const anew = it.update('new-video', { actor: OPERATOR, reason: 'lost' });
    await it.settles();
    expect(it.waitsFor).toEqual(['create']);
    await it.answers('create', { ...IDS, requestPk: '102' as never, status: 'VIDEOPENDING' });
    await it.answers('withdraw', { closed: true, effect: 'ours' });
    await expect(anew).resolves.toEqual({ requestPk: '102' });
  });

  test('to end the request ends it after the running step, and is answered with the outcome', async () => {
    await uploading();
    const cancelled = it.update('cancel', CANCEL);
    await it.settles();
    await it.answers('readStatus', { status: 'ENROLLREADY' });
    await it.answers('withdraw', { closed: false, effect: 'none' });
    await it.answers('clean', undefined);
    await expect(cancelled).resolves.toEqual({ outcome: 'cancelled' });
    expect(it.result).toMatchObject({ outcome: 'cancelled', reason: 'cancelled-by-operator', leftOpen: true });
  });
});

test('too many codes that were not accepted need an operator, who allows as many again', async () => {
  await signing();
  for (let tries = 1; tries < 3; tries += 1) {
    await it.answers('sign', { result: 'not-accepted' });
    void it.update('sign', { secret: { keyId: 'k', sealed: 'c' } });
    await it.settles();
  }
  await it.answers('sign', { result: 'not-accepted' });
  expect((await it.status()).attention).toMatchObject({ code: 'CODES_EXHAUSTED', leavesByItself: false });
  await resolve('retry');
  expect(await it.status()).toMatchObject({ stage: 'code', code: { notAccepted: 3 } });
  expect((await it.status()).attention).toBeUndefined();
});

describe('a request that has ended before, and runs again', () => {
  const recorded = {
    outcome: 'signed',
    reference: 'r',
    attempt: 1,
    reason: 'signed',
    at: '2026-01-01T00:00:00Z',
  } as Outcome;
  const ENDED = { code: 'REQUEST_ENDED', recorded } as const;

  test('ends as recorded at its first step', async () => {
    await started();
    await it.fails('create', ENDED);
    expect(it.result).toEqual(recorded);
    expect(it.waitsFor).toEqual([]);
  });

  test('ends as recorded at a read, and its callers hear how it ended', async () => {
    await inReview();
    const waiting = it.update('review', APPROVE);
    await it.settles();
    await it.fails('approve', ENDED);
    expect(it.result).toEqual(recorded);
    await expect(waiting).rejects.toMatchObject({ code: 'REQUEST_ENDED' });
  });

  test('ends as recorded while an operator is awaited, and when its deadline has passed meanwhile', async () => {
    await watching();
    await it.fails('watch', REFUSED);
    await it.passes(10 * MINUTE);
    await it.fails('watch', ENDED);
    expect(it.result).toEqual(recorded);
    await it.close();
    await watching();
    await it.passes(HOUR);
    await it.fails('readStatus', ENDED);
    expect(it.result).toEqual(recorded);
  });

  test('ends as recorded where only its end is left to record', async () => {
    await started();
    await it.fails('create', REFUSED);
    void it.update('cancel', CANCEL);
    await it.settles();
    await it.answers('made', {});
    await it.fails('record', ENDED);
    expect(it.result).toEqual(recorded);
  });
});

describe('a request that is started again after its documents were uploaded', () => {
  test('goes on at ISSUED: its files are fetched, and nothing is signed', async () => {
    await started();
    await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
    await it.answers('watch', { status: 'ISSUED' });
    const documents = [{ index: 1, sha256: 'd', size: 1, uid: 'u' }];
    await it.answers('upload', { documents, contract: { sha256: 'contract', size: 1 } });
    expect(it.waitsFor).toEqual(['retrieve']);
  });

  test('and does not know the documents at the provider fetches nothing until somebody decides', async () => {
    await started();
    await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
    await it.answers('watch', { status: 'ISSUED' });
    await it.fails('upload', { code: 'SIGNED_FILES_MISSING' });
    await it.fails('retrieve', { code: 'SIGNED_FILES_MISSING' });
    expect((await it.status()).attention?.remedies).toEqual(['retry', 'give-up']);
    await expect(it.update('cancel', CANCEL)).rejects.toBeDefined();
    void it.update('resolve', { remedy: 'give-up', actor: { kind: 'operator' } });
    await it.settles();
    await it.answers('retrieve', { documents: [], missing: { documents: [1], contract: true } });
    const { outcome } = it.activity('record').order as { outcome: object };
    expect(outcome).toMatchObject({ outcome: 'signed', reason: 'signed-files-missing', cleanup: 'left' });
  });

  test('and is cancelled while it does not know that it is signed there, ends as signed', async () => {
    await started();
    await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
    await it.answers('watch', { status: 'VIDEOREVIEW' });
    void it.update('cancel', CANCEL);
    await it.settles();
    expect(it.activity('withdraw').order).toMatchObject({ requestPk: IDS.requestPk });
    await it.answers('withdraw', { closed: true, status: 'ISSUED', effect: 'none' });
    await it.answers('retrieve', { documents: [], missing: { documents: [1], contract: true } });
    expect(it.activity('record').order).toMatchObject({ outcome: { outcome: 'signed' } });
  });

  test('continues to count video requests where it was', async () => {
    await started();
    await it.answers('create', { ...IDS, status: 'VIDEOPENDING', round: 3 });
    await it.fails('watch', BUSY);
    void it.update('new-video', CANCEL);
    await it.settles();
    await it.fails('watch', { code: 'PROVIDER_BUSY' }).catch(() => undefined);
    expect(it.activity('create').order).toMatchObject({ round: 4, since: 4 });
  });
});
