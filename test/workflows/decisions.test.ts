import type { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import type { Activities, Decided } from '../../src/messages/activities.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { ProviderIds } from '../../src/messages/request.js';
import { InProcess, workflows } from './in-process.js';
import { requestOf } from './play.js';

const HOUR = 3_600_000;
const IDS = { videoidPk: '501', requestPk: '101' } as unknown as ProviderIds;
const DECISIONS = {
  approve: { decision: 'approve', officer: 'ana', evidenceSeen: 'console' },
  refuse: { decision: 'refuse', officer: 'ana', evidenceSeen: 'console', reason: 'expired' },
} as const;
type Wish = keyof typeof DECISIONS;

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 120_000);
afterAll(() => creator.destroy());

let it: InProcess;
afterEach(() => it.close());

/** An officer has decided, and the step that carries it out runs. */
async function decided(wish: Wish): Promise<{ answer: Promise<unknown> }> {
  const deadlines = { video: HOUR, review: HOUR, signing: HOUR };
  const request = requestOf('r', { reviewMode: 'manual', deadlines, codesNotAccepted: 3 });
  it = await InProcess.start(creator, 'signature', 'signature-r', request);
  await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
  await it.answers('watch', { status: 'VIDEOREVIEW' });
  const answer = it.update('review', DECISIONS[wish]);
  await it.settles();
  return { answer };
}

/** What the request recorded about decisions, with who made them. */
async function recorded() {
  const { events } = await it.status();
  const about = events.filter(({ what }) => /appro|refus|decision/.test(what));
  return about.map(({ what, actor, facts }) => ({ what, by: actor?.id ?? actor?.kind, ...facts }));
}

async function outcome(): Promise<Partial<Outcome>> {
  if (it.waitsFor.includes('withdraw')) await it.answers('withdraw', { closed: true, effect: 'ours' });
  return (it.activity('record').order as { outcome: Outcome }).outcome;
}

const WISH = { evidenceSeen: 'console', by: 'ana' };

describe('a decision counts as the officer’s', () => {
  test.each<[string, Decided['effect'], object]>([
    ['if the provider took it', 'ours', {}],
    ['if the answer was lost and the provider shows it, and the record says so', 'in-doubt', { answer: 'lost' }],
  ])('%s', async (_when, effect, more) => {
    const { answer } = await decided('refuse');
    await it.answers('refuse', { status: 'CANCELLED', effect });
    await expect(answer).resolves.toEqual({ status: 'CANCELLED' });
    expect(await recorded()).toContainEqual({ what: 'refused', reason: 'expired', ...WISH, ...more });
    expect(await outcome()).toMatchObject({ outcome: 'refused', reason: 'expired', actor: { id: 'ana' } });
  });
});

describe('a decision that somebody made at the provider first is not the officer’s, who learns it,', () => {
  test('although both refused', async () => {
    const { answer } = await decided('refuse');
    await it.answers('refuse', { status: 'CANCELLED', effect: 'none' });
    await expect(answer).rejects.toMatchObject({ code: 'DECIDED_ALREADY' });
    expect(await recorded()).toEqual([
      { what: 'decision-overtaken', decision: 'refuse', status: 'CANCELLED', reason: 'expired', ...WISH },
      { what: 'refused', by: 'provider', reason: 'refused-at-provider' },
    ]);
    expect(await outcome()).toMatchObject({ reason: 'refused-at-provider', actor: { kind: 'provider' } });
  });

  test('although both approved', async () => {
    const { answer } = await decided('approve');
    await it.answers('approve', { status: 'ENROLLREADY', effect: 'none' });
    await expect(answer).rejects.toMatchObject({ code: 'DECIDED_ALREADY' });
    expect(await recorded()).toEqual([
      { what: 'decision-overtaken', decision: 'approve', status: 'ENROLLREADY', ...WISH },
      { what: 'approved-at-provider', by: 'provider' },
    ]);
    expect(await it.status()).toMatchObject({ stage: 'preparing' });
  });

  test.each<[Wish, string]>([
    ['refuse', 'ENROLLREADY'],
    ['approve', 'CANCELLED'],
  ])('who wished the other: %s, but %s', async (wish, status) => {
    const { answer } = await decided(wish);
    await it.answers(wish, { status, effect: 'in-doubt' });
    await expect(answer).rejects.toMatchObject({ code: 'DECIDED_ALREADY' });
    expect(await recorded()).toContainEqual(
      expect.objectContaining({ what: 'decision-overtaken', decision: wish, status }),
    );
  });

  test.each<[Decided['effect'], string[]]>([
    ['none', ['decision-overtaken', 'approved-at-provider']],
    ['in-doubt', ['approved']],
  ])('if it shows while an operator is awaited, and our call had this effect: %s', async (effect, events) => {
    await decided('approve');
    await it.fails('approve', { code: 'PROVIDER_REFUSED' });
    await it.answers('watch', { status: 'ENROLLREADY' });
    await it.answers('approve', { status: 'ENROLLREADY', effect }); // only reads
    expect((await recorded()).map(({ what }) => what)).toEqual(events);
    expect(await it.status()).toMatchObject({ stage: 'preparing' });
  });
});

test('each decision has its own number, so that a later one is not taken for an earlier one', async () => {
  await decided('approve');
  expect(it.activity('approve').order).toMatchObject({ decisionId: expect.stringMatching(/-1$/) as string });
  await it.fails('approve', { code: 'CREDENTIALS_REFUSED' });
  void it.update('review', DECISIONS.refuse);
  await it.settles();
  expect(it.activity('refuse').order).toMatchObject({ decisionId: expect.stringMatching(/-2$/) as string });
});

describe('a decision that was not taken', () => {
  const ATTENTION = 'VideoIdAttention';
  async function notTaken(wish: Wish = 'approve'): Promise<void> {
    const { answer } = await decided(wish);
    await it.fails(wish, { code: 'CREDENTIALS_REFUSED', words: 'HTTP 403: Invalid RAO credentials' });
    await expect(answer).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
  }

  test.each<Wish>(['approve', 'refuse'])('is attention in search and in the status: %s', async (wish) => {
    await notTaken(wish);
    expect(it.attributes.get(ATTENTION)).toBe('CREDENTIALS_REFUSED');
    expect(await it.status()).toMatchObject({
      stage: 'review',
      cause: 'CREDENTIALS_REFUSED',
      words: "The officer's last decision was not taken: HTTP 403: Invalid RAO credentials. Then decide again.",
      attention: { awaits: 'people', leavesByItself: false, remedies: ['retry', 'cancel'] },
      endsBy: expect.arrayContaining(['an officer approves or refuses']) as string[],
      verbs: expect.arrayContaining(['approve', 'refuse', 'resolve']) as string[],
    });
  });

  test('because the settings lacked the registration authority is carried out when the officer decides again', async () => {
    const { answer } = await decided('approve');
    await it.fails('approve', { code: 'UNKNOWN_REGISTRATION_AUTHORITY' });
    await expect(answer).rejects.toMatchObject({ code: 'UNKNOWN_REGISTRATION_AUTHORITY' });
    expect(it.attributes.get(ATTENTION)).toBe('UNKNOWN_REGISTRATION_AUTHORITY');
    const again = it.update('review', DECISIONS.refuse);
    await it.settles();
    await it.answers('refuse', { status: 'CANCELLED', effect: 'ours' });
    await expect(again).resolves.toEqual({ status: 'CANCELLED' });
  });

  test('stays so while other things happen, and is over when another decision is carried out', async () => {
    await notTaken();
    await it.hint();
    await it.answers('watch', { status: 'VIDEOREVIEW' });
    void it.update('correct', { actor: { kind: 'operator' }, reason: 'typo', number: 1, fields: ['name'] });
    await it.settles();
    await it.answers('correct', { status: 'VIDEOREVIEW' });
    expect(it.attributes.get(ATTENTION)).toBe('CREDENTIALS_REFUSED');
    void it.update('review', DECISIONS.approve);
    await it.settles();
    expect((await it.status()).words).toMatch(/Carried out now: approve/);
    await it.answers('approve', { status: 'ENROLLREADY', effect: 'ours' });
    expect(it.attributes.get(ATTENTION)).toBeNull();
    expect((await it.status()).attention).toBeUndefined();
  });

  test('because of another signer is over when the data is as expected', async () => {
    const { answer } = await decided('approve');
    await it.fails('approve', { code: 'SIGNER_UNEXPECTED', facts: { identity: 'different' } });
    await expect(answer).rejects.toMatchObject({ code: 'SIGNER_UNEXPECTED' });
    expect(it.attributes.get(ATTENTION)).toBe('SIGNER_UNEXPECTED');
    void it.update('correct', { actor: { kind: 'operator' }, reason: 'misread', number: 1, fields: ['name'] });
    await it.settles();
    await it.answers('correct', { status: 'VIDEOREVIEW', identity: 'as-expected' });
    expect(it.attributes.get(ATTENTION)).toBeNull();
  });

  test('is forgotten by an order to retry, and the decision is still awaited', async () => {
    await notTaken();
    void it.update('resolve', { remedy: 'retry', actor: { kind: 'operator' } });
    await it.settles();
    expect(it.attributes.get(ATTENTION)).toBeNull();
    expect(await it.status()).toMatchObject({
      stage: 'review',
      verbs: expect.arrayContaining(['approve']) as string[],
    });
  });

  test('is over when somebody decides at the provider', async () => {
    await notTaken();
    await it.answers('watch', { status: 'ENROLLREADY' });
    expect(it.attributes.get(ATTENTION)).toBeNull();
    expect(await it.status()).toMatchObject({ stage: 'preparing' });
  });
});

async function reading(read: Awaited<ReturnType<Activities['watch']>>): Promise<void> {
  const deadlines = { video: HOUR, review: HOUR, signing: HOUR };
  const request = requestOf('r', { reviewMode: 'manual', deadlines, codesNotAccepted: 3 });
  it = await InProcess.start(creator, 'signature', 'signature-r', request);
  await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
  await it.answers('watch', read);
}

describe('a request that was reset, or started again, and finds what an earlier run did,', () => {
  const AT = '2025-12-31T00:00:00.000Z';
  const ANA = { kind: 'officer', id: 'ana' } as const;
  const kept = { id: 'earlier-1', requestPk: '101', at: AT, answered: true };
  test('an approval of ours is our officer’s', async () => {
    const events = [{ at: AT, what: 'approved', actor: ANA, facts: { evidenceSeen: 'console' } }];
    await reading({ status: 'ENROLLREADY', ours: [{ ...kept, shows: ['ENROLLREADY', 'ISSUED'], events }] });
    expect(await recorded()).toEqual([{ what: 'approved', evidenceSeen: 'console', by: 'ana', from: 'archive' }]);
  });

  test('an approval whose answer was lost says so', async () => {
    const events = [{ at: AT, what: 'approved', actor: ANA }];
    await reading({ status: 'ENROLLREADY', ours: [{ ...kept, answered: false, shows: ['ENROLLREADY'], events }] });
    expect(await recorded()).toEqual([{ what: 'approved', by: 'ana', answer: 'lost', from: 'archive' }]);
  });

  test.each([
    ['a refusal', { outcome: 'refused', reason: 'expired', actor: ANA, textForSigner: 'sorry' }],
    ['a cancellation', { outcome: 'cancelled', reason: 'cancelled-by-requester', actor: { kind: 'requester' } }],
    ['a deadline', { outcome: 'expired', reason: 'video-deadline', actor: { kind: 'policy' } }],
  ] as const)('%s of ours ends it as it was meant', async (_what, ending) => {
    await reading({ status: 'CANCELLED', ours: [{ ...kept, shows: ['CANCELLED'], events: [], ending }] });
    expect(await outcome()).toMatchObject(ending);
    expect(await recorded()).not.toContainEqual(expect.objectContaining({ what: 'end-overruled' }));
  });

  test('what others did is still theirs', async () => {
    await reading({ status: 'CANCELLED' });
    expect(await outcome()).toMatchObject({ reason: 'cancelled-at-provider', actor: { kind: 'provider' } });
  });
});
