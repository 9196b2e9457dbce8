import { randomInt } from 'node:crypto';
import { Caught, crash, type Moment, noticingCrashes, type Story } from '../installation/crash-at-call.js';
import { differencesFromHistories } from '../installation/history-of-journal.js';
import { Installation } from '../installation/installation.js';
import { eventually, unlessAway } from '../installation/patience.js';
import { People } from '../installation/people.js';

/** Like at the real provider, so that a second code would be refused and noticed. */
const COOL_DOWN = 60_000;

const OPERATOR = { kind: 'operator', id: 'test' } as const;

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({
    settings: (settings) => {
      noticingCrashes(settings);
      (settings['policy'] as { code: object }).code = { coolDown: COOL_DOWN };
      for (const environment of Object.values(settings['environments'] as Record<string, object>))
        Object.assign(environment, { assumptions: { cancelByDelete: true } });
    },
    sandbox: { cancel: 'cancels', codeCoolDown: COOL_DOWN, webhookRetries: Array.from({ length: 60 }, () => 500) },
  });
}, 120_000);
afterAll(() => at.close());

/** What the requester, the officer and the signer do, in order. */
const ACTS = ['start', 'finishVideo', 'approve', 'askForCode', 'sign'] as const;
const CORRECTED = ['start', 'correct', 'finishVideo', 'approve', 'askForCode', 'sign'] as const;
const UNTIL_REFUSED = ['start', 'finishVideo', 'refuse'] as const;
const UNTIL_CANCELLED = ['start', 'cancel'] as const;
type Act = (typeof CORRECTED | typeof UNTIL_REFUSED | typeof UNTIL_CANCELLED)[number];

const STAGE_OF = {
  correct: 'video',
  cancel: 'video',
  finishVideo: 'video',
  approve: 'review',
  refuse: 'review',
  askForCode: 'acceptance',
  sign: 'code',
} as const;

/** The calls that change something at the provider or fetch something, and the act that leads to each. */
interface LedTo {
  endpoint: string;
  act: Act;
  /** The next call in the same step, if there is one. */
  nextRead?: string;
}
const CALLS: LedTo[] = [
  { endpoint: 'create', act: 'start' },
  { endpoint: 'approve', act: 'approve', nextRead: 'get-request' },
  { endpoint: 'upload', act: 'approve', nextRead: 'get-contract' },
  { endpoint: 'get-contract', act: 'approve' },
  { endpoint: 'otp', act: 'askForCode' },
  { endpoint: 'sign', act: 'sign' },
  { endpoint: 'get-document', act: 'sign', nextRead: 'get-contract' },
  { endpoint: 'delete-document', act: 'sign' },
];
const CORRECT: LedTo = { endpoint: 'update-request', act: 'correct', nextRead: 'get-request' };
const CANCEL: LedTo = { endpoint: 'cancel-request', act: 'cancel' };
const REFUSE: LedTo = { endpoint: 'refuse', act: 'refuse', nextRead: 'get-request' };

/** One signature request. If its create is in doubt, an operator takes it over. */
class SignatureStory implements Story<Act> {
  readonly phone = `+346${randomInt(10_000_000, 99_999_999)}`;
  readonly people: People;
  private adopted = false;

  constructor(
    name: string,
    readonly acts: readonly Act[],
  ) {
    this.people = new People(at, `crash-${name}-${randomInt(1e9)}`);
  }

  async untilTurnOf(act: Act): Promise<void> {
    if (act === 'start') return;
    const { reference } = this.people;
    await eventually(async () => {
      const status = await unlessAway(at.client.status(reference));
      if (status?.attention?.code === 'CREATE_IN_DOUBT' && !this.adopted) await this.adopt();
      return status?.stage === STAGE_OF[act];
    });
  }

  async do(act: Act): Promise<unknown> {
    const { reference } = this.people;
    if (act === 'refuse') return this.people.refuse('document-expired');
    if (act === 'cancel') return at.client.cancel(reference, { actor: OPERATOR, reason: 'not needed' });
    if (act === 'correct') {
      return at.client.correct(reference, { actor: OPERATOR, reason: 'mistyped', email: 'right@example.com' });
    }
    if (act !== 'start') return this.people[act]();
    return People.start(at, { reference, signer: { email: 'signer@example.com', phone: this.phone } });
  }

  private async adopt(): Promise<void> {
    this.adopted = true;
    const found = (await at.provider.requests()).find(({ phone }) => phone === this.phone);
    if (!found) throw new Error('nothing was created');
    await at.client.resolve(this.people.reference, {
      remedy: 'adopt',
      actor: OPERATOR,
      ids: { videoidPk: String(found.videoidPk), requestPk: String(found.pk) },
      link: found.link,
    });
  }
}

/** Gives a deadline more time while no worker runs: Temporal takes the order, and a worker gets it later. */
async function moreTime({ reference }: People): Promise<void> {
  const order = { by: COOL_DOWN, actor: OPERATOR, reason: 'no worker' };
  expect(await unlessAway(at.client.extend(reference, order, { within: 1000 }))).toBeUndefined();
}

/** Every moment of a call at which the provider can be held. */
function caughtIn(call: LedTo, acts: readonly Act[]) {
  const { endpoint, act, nextRead } = call;
  const moments: Moment[] = nextRead === undefined ? ['before', 'after'] : ['before', 'after', 'answered'];
  return moments.map((moment) => {
    const story = new SignatureStory(`${endpoint}-${moment}`, acts);
    const held = { endpoint, moment, scope: { phone: story.phone }, ...(nextRead === undefined ? {} : { nextRead }) };
    return { story, caught: new Caught(at, story, act, held) };
  });
}

test('a worker killed while it waits and in the middle of every call does nothing twice and forgets nothing, and the journal says what the history says', async () => {
  const waiting = new SignatureStory('waiting', ACTS);
  const all = [
    { story: waiting, caught: new Caught(at, waiting, 'finishVideo') },
    ...CALLS.flatMap((call) => caughtIn(call, ACTS)),
    ...caughtIn(CORRECT, CORRECTED),
  ];
  const refused = caughtIn(REFUSE, UNTIL_REFUSED);
  const cancelled = caughtIn(CANCEL, UNTIL_CANCELLED);
  const everyone = [...all, ...refused, ...cancelled].map(({ caught }) => caught);
  // The step's envelope is in the archive, its answer is not in the history, and an order comes in between.
  const moved = all.filter(({ story }) => !story.people.reference.startsWith('crash-create-'));
  await crash(at, everyone, () => Promise.all(moved.map(({ story }) => moreTime(story.people))));
  await Promise.all(everyone.map((caught) => caught.goOn()));
  for (const { people } of cancelled.map(({ story }) => story)) {
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', reason: 'cancelled-by-operator' });
    expect(await people.provider()).toMatchObject({ status: 'CANCELLED', done: { create: 1, 'cancel-request': 1 } });
  }
  for (const { people } of refused.map(({ story }) => story)) {
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'document-expired' });
    expect(await people.provider()).toMatchObject({ status: 'CANCELLED', done: { create: 1, refuse: 1 } });
  }
  for (const { people, phone } of all.map(({ story }) => story)) {
    const { reference } = people;
    const [outcome, provider] = [await people.outcome(), await people.provider()];
    expect(outcome).toMatchObject({
      reference,
      outcome: 'signed',
      cleanup: 'done',
      documents: [{ verification: { result: 'passed' } }],
      contract: { verification: { result: 'passed' } },
    });
    expect({ reference, ...provider }).toMatchObject({ reference, status: 'ISSUED', documents: [], phone });
    expect({ reference, ...provider.done }).toMatchObject({ reference, create: 1, approve: 1, otp: 1, sign: 1 });
    expect({ reference, signCalls: provider.calls['sign']?.received }).toEqual({ reference, signCalls: 1 });
  }
  const ids = [...all, ...refused, ...cancelled].map(({ story }) => story.people.workflowId);
  expect(await differencesFromHistories(at, ids)).toEqual([]);
  // If the worker is killed while it fetches the contract, the uploaded documents stay.
  const atContract = all.filter(({ story }) => story.people.reference.startsWith('crash-get-contract-'));
  for (const { story } of atContract) expect((await story.people.provider()).done).toMatchObject({ upload: 1 });
  const phones = (await at.provider.requests()).map(({ phone }) => phone);
  expect(phones.filter((phone) => all.some(({ story }) => story.phone === phone))).toHaveLength(all.length);
}, 240_000);

test('a gateway killed while hooks arrive loses none of them', async () => {
  const unhurried = { policy: { watch: { slow: 3_600_000 } } };
  const all = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const people = await People.start(at, unhurried);
      await people.until('video');
      return people;
    }),
  );
  const heard = all.slice(6).map((people) => people.finishVideo());
  await at.kill('gateway');
  await Promise.all([...heard, ...all.slice(0, 6).map((people) => people.finishVideo())]);
  await at.startGateway();
  // Nobody polls within an hour. Only hooks that the provider repeats can have reported it.
  const found = await Promise.all(all.map((people) => people.until('review')));
  expect(found.map(({ provider }) => provider.status)).toEqual(all.map(() => 'VIDEOREVIEW'));
}, 120_000);

test('a provider killed in the middle of a signature is waited for, and the code that it may have seen is not used again', async () => {
  await at.provider.settings({ behaviour: { codeCoolDown: 0 } });
  const policy = { code: { coolDown: 0 }, steps: { watch: { budget: 1000 } } };
  const [watching, signing] = await Promise.all([People.start(at, { policy }), People.start(at, { policy })]);
  await Promise.all([watching.until('video'), signing.throughTo('code')]);
  const fault = await at.provider.addFault({ name: 'hold-before', endpoint: 'sign', times: 1 });
  const signed = unlessAway(signing.sign()).catch((error: unknown) => error);
  await eventually(async () => (await at.provider.held(fault)) === 1);
  await at.kill('sandbox');
  await watching.attention('PROVIDER_UNREACHABLE');
  await at.startSandbox();
  await watching.untilStatus((status) => status.attention === undefined);
  const { stage, verbs } = await signing.untilStatus(({ events }) => events.some(({ what }) => what === 'code-spent'));
  await signed;
  expect(verbs).toContain('code');
  expect(stage).toBe('acceptance');
  await expect(signing.sign()).rejects.toMatchObject({ code: 'NOT_NOW' }); // with a code that may be used again, the answer would be another
  await signing.askForCode();
  await signing.sign();
  expect(await signing.outcome()).toMatchObject({ outcome: 'signed' });
  const { done, calls } = await signing.provider();
  expect(done).toMatchObject({ create: 1, otp: 2, sign: 1 });
  expect(calls['sign']?.received).toBe(2);
}, 120_000);
