import type { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import type { ProviderIds, SignatureRequest } from '../../src/messages/request.js';
import { InProcess, workflows } from './in-process.js';
import { requestOf } from './play.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OPERATOR = { kind: 'operator' } as const;
const IDS = { videoidPk: '501', requestPk: '101' } as unknown as ProviderIds;
const DOCUMENTS = [{ index: 1, sha256: 'd', size: 1, uid: 'u' }];
const CONTRACT = { sha256: 'contract', size: 1 };

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 120_000);
afterAll(() => creator.destroy());

let it: InProcess;
afterEach(() => it.close());

function aRequest(): SignatureRequest {
  const deadlines = { video: HOUR, review: HOUR, signing: HOUR };
  const request = requestOf('r', { reviewMode: 'manual', deadlines, codesNotAccepted: 3 });
  request.policy.watch = { gap: 2000, soon: [1000], slow: 10 * MINUTE, jitter: 0 };
  return request;
}

async function watching(): Promise<void> {
  it = await InProcess.start(creator, 'signature', 'signature-r', aRequest());
  await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
}

async function inAcceptance(): Promise<void> {
  await watching();
  await it.answers('watch', { status: 'VIDEOREVIEW' });
  void it.update('review', { decision: 'approve', officer: 'o', evidenceSeen: 'console' });
  await it.settles();
  await it.answers('approve', { status: 'ENROLLREADY', effect: 'ours' });
  await it.answers('upload', { documents: DOCUMENTS, contract: CONTRACT });
}

function acceptance() {
  return {
    documents: ['d'],
    contract: 'contract',
    consentVersion: '1',
    channel: 'test',
    at: new Date(it.now).toISOString(),
  };
}

async function inCode(): Promise<void> {
  await inAcceptance();
  void it.update('code', acceptance());
  await it.settles();
  await it.answers('sendCode', { sentAt: new Date(it.now).toISOString() });
}

const numbers = (): number[][] => it.envelopes.map(({ events }) => events.map(({ number }) => number));
const last = () => it.envelopes.at(-1);

describe('each activity takes', () => {
  test('the events that are not acknowledged, and no others', async () => {
    await watching();
    await it.answers('watch', { status: 'VIDEOREVIEW' });
    expect(numbers()).toEqual([[1], [2, 3], [4, 5]]);
    expect(it.envelopes.map(({ after }) => after)).toEqual([0, 1, 3]);
    expect(it.envelopes.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    expect(it.envelopes.flatMap(({ events }) => events.map(({ what }) => what))).toEqual([
      'stage',
      'created',
      'stage',
      'provider-status',
      'stage',
    ]);
  });

  test('those of an activity that failed once more', async () => {
    await watching();
    await it.fails('watch', { code: 'ARCHIVE_UNAVAILABLE', temporary: true });
    expect(numbers()).toEqual([[1], [2, 3], [2, 3, 4]]);
  });

  test('where the request stands, with the step that it carries out', async () => {
    await inCode();
    void it.update('sign', { secret: { keyId: 'k', sealed: 's' } });
    await it.settles();
    expect(last()?.stand).toMatchObject({ stage: 'code', underWay: 'sign with the code of the signer' });
  });
});

describe('where no step follows, an activity of its own tells', () => {
  test('that the signer is awaited. A request needs two of them', async () => {
    await inAcceptance();
    expect(last()).toMatchObject({ stand: { stage: 'acceptance' }, events: [{ what: 'documents-uploaded' }, {}] });
    expect(it.called.get('journal')).toBe(1);
    void it.update('code', acceptance());
    await it.settles();
    await it.answers('sendCode', { sentAt: new Date(it.now).toISOString() });
    expect(last()).toMatchObject({ stand: { stage: 'code' } });
    void it.update('sign', { secret: { keyId: 'k', sealed: 's' } });
    await it.settles();
    await it.answers('sign', { result: 'issued' });
    await it.answers('retrieve', { documents: [] });
    await it.answers('clean', undefined);
    expect(it.result).toMatchObject({ outcome: 'signed' });
    expect(it.called.get('journal')).toBe(2);
  });

  test('that the signer has accepted, that a deadline was extended, and that an end was ordered', async () => {
    await inAcceptance();
    await it.update('accept', acceptance());
    expect(last()?.events).toMatchObject([{ what: 'accepted' }]);
    await it.update('extend', { by: HOUR, actor: OPERATOR, reason: 'ill' });
    expect(last()?.events).toMatchObject([{ what: 'deadline-extended' }]);
    void it.update('sign', { unlock: { type: 'biometric', value: { keyId: 'k', sealed: 's' } } });
    await it.settles();
    void it.update('abandon', { actor: { kind: 'signer' }, reason: 'gave-up' }); // the sign goes on
    await it.settles();
    expect(it.waitsFor).toEqual(['sign']);
    expect(last()?.events.at(-1)).toMatchObject({ what: 'end-ordered' });
  });

  test('at once if several things come while the archive is away, and all of them when it is back', async () => {
    await inAcceptance();
    it.archiveIsThere = false;
    await it.update('accept', acceptance());
    await it.update('extend', { by: HOUR, actor: OPERATOR, reason: 'ill' });
    await it.update('extend', { by: HOUR, actor: OPERATOR, reason: 'still ill' });
    expect(it.called.get('journal')).toBe(2);
    await it.answers('journal', undefined);
    it.archiveIsThere = true;
    expect(it.called.get('journal')).toBe(3);
    expect(last()?.events).toMatchObject([{ what: 'deadline-extended' }, { what: 'deadline-extended' }]);
  });

  test('that an operator is awaited, where nothing is watched meanwhile', async () => {
    it = await InProcess.start(creator, 'signature', 'signature-r', aRequest());
    await it.fails('create', { code: 'CREATE_IN_DOUBT' });
    expect(last()).toMatchObject({
      stand: { attention: { code: 'CREATE_IN_DOUBT', awaits: 'operator' } },
      events: [{ number: 1 }, { what: 'attention' }],
    });
  });
});

describe('an archive that was restored from an older copy', () => {
  test('gets again what it lacks, before the step runs', async () => {
    await inAcceptance();
    void it.update('code', acceptance());
    await it.settles();
    await it.lacks('sendCode', 2);
    expect(it.activity('sendCode').envelope).toMatchObject({ after: 2 });
    expect(it.activity('sendCode').envelope?.events[0]).toMatchObject({ number: 3 });
    expect(it.called.get('sendCode')).toBe(2);
  });

  test('gets it again also while the provider is watched', async () => {
    await watching();
    await it.lacks('watch', 0);
    expect(it.activity('watch').envelope).toMatchObject({ after: 0, events: [{ number: 1 }, { number: 2 }, {}] });
  });

  test('gets it again by itself if no step follows', async () => {
    await inAcceptance();
    it.archiveIsThere = false;
    await it.update('accept', acceptance());
    const before = it.called.get('journal') ?? 0;
    await it.lacks('journal', 4);
    expect(it.called.get('journal')).toBe(before + 1);
    expect(last()).toMatchObject({ after: 4 });
    it.archiveIsThere = true;
  });

  test('has all before the end is recorded, in as many tries as that needs', async () => {
    await inAcceptance();
    for (let looks = 0; looks < 60; looks += 1) await it.update('extend', { by: 1, actor: OPERATOR, reason: 'ill' });
    void it.update('cancel', { actor: OPERATOR, reason: 'tired' });
    await it.settles();
    await it.answers('readStatus', { status: 'ENROLLREADY' });
    await it.answers('withdraw', { closed: true, status: 'ENROLLREADY', effect: 'ours' });
    expect(it.activity('clean').envelope).toMatchObject({ last: true });
    await it.lacks('clean', 0);
    expect(it.activity('clean').envelope).toMatchObject({ last: true, after: 0 });
    expect(it.activity('clean').envelope?.events).toHaveLength(50);
    await it.lacks('clean', 50);
    expect(it.activity('clean').envelope?.events[0]).toMatchObject({ number: 51 });
    await it.answers('clean', undefined);
    expect([it.waitsFor, it.result]).toMatchObject([[], { outcome: 'cancelled' }]);
  });
});

test('a run that continues another one after a reset says so, and does the same until then', async () => {
  it = await InProcess.start(creator, 'signature', 'signature-r', aRequest());
  it.earlierRun = 'older';
  await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
  await it.answers('watch', { status: 'VIDEOREVIEW' });
  it.earlierRun = undefined;
  expect(last()).toMatchObject({ run: 'signature-r', earlier: [{ run: 'older', upTo: 3 }], after: 3 });
  expect(it.waitsFor).toEqual(['watch']);
  void it.update('review', { decision: 'approve', officer: 'o', evidenceSeen: 'console' });
  await it.settles();
  await it.answers('approve', { status: 'ENROLLREADY', effect: 'ours' });
  expect(last()).toMatchObject({ earlier: [{ run: 'older', upTo: 3 }], after: 5 });
});

test('the answer to an order says how many events there were', async () => {
  await inAcceptance();
  await it.update('accept', acceptance());
  expect(it.told).toEqual({ run: 'signature-r', number: last()?.events.at(-1)?.number });
});
