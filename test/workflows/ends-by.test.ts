import * as fc from 'fast-check';
import type { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import type { Activities } from '../../src/messages/activities.js';
import { ATTENTION_ATTRIBUTE } from '../../src/messages/search-attributes.js';
import { PROVIDER_STATUSES, type ProviderIds, type ReviewMode } from '../../src/messages/request.js';
import { PEOPLE_STAGES, type RequestStatus, type Verb } from '../../src/messages/status.js';
import { InProcess, workflows } from './in-process.js';
import { requestOf } from './play.js';

// What a request says that ends its wait, what it offers and what it accepts must agree, wherever the story has led.

const OPERATOR = { kind: 'operator' } as const;
const IDS = { videoidPk: '501', requestPk: '101' } as unknown as ProviderIds;
const SEED = Number(process.env['PROPERTIES_SEED'] ?? 11);
const HOUR = 3_600_000;

/** What people do here, as `endsBy` says it, and the verb with which they do it. */
const DONE_HERE: [RegExp, Verb][] = [
  [/^an officer approves or refuses/, 'approve'],
  [/^the requester provides/, 'provide'],
  [/^the signer accepts the documents/, 'accept'],
  [/^the signer asks for (a|another) code/, 'code'],
  [/^the signer types the code/, 'sign'],
  [/^the signer signs in another way/, 'sign'],
  [/^an operator's decision/, 'resolve'],
];
/** What happens elsewhere. */
const ELSEWHERE =
  /behind the link|at the provider$|in the provider's console$|^the deadline at|^the next try|^the provider's|^the provider shows|^the automatic/;

/** What people may be offered, and the order that they then give. */
const ORDERS: Partial<Record<Verb, { update: string; order: (it: InProcess, status: RequestStatus) => object }>> = {
  approve: { update: 'review', order: () => decision({ decision: 'approve' }) },
  refuse: { update: 'review', order: () => decision({ decision: 'refuse', reason: 'expired' }) },
  accept: { update: 'accept', order: acceptance },
  code: { update: 'code', order: acceptance },
  sign: {
    update: 'sign',
    order: (_it, { stage }) => {
      const sealed = { keyId: 'k', sealed: 'c' };
      return stage === 'code' ? { secret: sealed } : { unlock: { type: 'biometric', value: sealed } };
    },
  },
  'new-video': { update: 'new-video', order: () => ({ actor: OPERATOR, reason: 'lost' }) },
  correct: {
    update: 'correct',
    order: (_it, { stage }) => ({
      actor: OPERATOR,
      reason: 'typo',
      number: 1,
      ...(stage === 'review' ? { fields: ['name'] } : {}),
    }),
  },
  extend: { update: 'extend', order: () => ({ actor: OPERATOR, reason: 'holidays', by: 1000 }) },
  resolve: {
    update: 'resolve',
    order: (_it, { attention }) => ({
      actor: OPERATOR,
      remedy: attention?.remedies[0] ?? 'retry',
      ...(attention?.remedies[0] === 'adopt' ? { ids: IDS } : {}),
    }),
  },
  cancel: { update: 'cancel', order: () => ({ actor: OPERATOR, reason: 'tired' }) },
  abandon: { update: 'abandon', order: () => ({ actor: { kind: 'signer' }, reason: 'gave-up' }) },
};

function decision(what: object): object {
  return { officer: 'o', evidenceSeen: 'console', ...what };
}

function acceptance(it: InProcess): object {
  const at = new Date(it.now).toISOString();
  return { documents: ['d'], contract: 'contract', consentVersion: '1', channel: 'test', at };
}

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 120_000);
afterAll(() => creator.destroy());

type Move =
  | { do: 'answer'; pick: number; status: string }
  | { do: 'fail'; pick: number; code: string; temporary: boolean }
  | { do: 'order'; pick: number }
  | { do: 'pass'; milliseconds: number }
  | { do: 'hint' };

const status = fc.constantFrom('VIDEOREVIEW', 'ENROLLREADY', 'CREATED', 'ISSUED', ...PROVIDER_STATUSES, 'EXPIRED');
const pick = fc.nat(20);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const), pick, status }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      pick,
      code: fc.constantFrom(
        'PROVIDER_BUSY',
        'PROVIDER_REFUSED',
        'PROVIDER_ANSWER_UNKNOWN',
        'CREDENTIALS_REFUSED',
        'UNKNOWN_OFFICER',
        'SIGNER_UNEXPECTED',
      ),
      temporary: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('order' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), milliseconds: fc.nat(2 * HOUR) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hint' as const) }) },
);

/** A plausible answer of an activity. */
function answerOf(name: keyof Activities, said: string, it: InProcess): object {
  switch (name) {
    case 'create':
    case 'adopt':
      return { ...IDS, status: 'VIDEOPENDING' };
    case 'upload':
      return {
        documents: [{ index: 1, sha256: 'd', size: 1, uid: 'u' }],
        contract: { sha256: 'contract', size: 1 },
      };
    case 'approve':
    case 'refuse':
      return { status: said, sent: name === 'approve' };
    case 'sendCode':
      return { sentAt: new Date(it.now).toISOString() };
    case 'sign':
      return { result: said === 'ISSUED' ? 'issued' : said === 'CREATED' ? 'refused' : 'not-accepted' };
    case 'retrieve':
      return { documents: [] };
    case 'withdraw':
      return { closed: false };
    default:
      return { status: said };
  }
}

async function played(reviewMode: ReviewMode, moves: Move[]): Promise<void> {
  const deadlines = { video: HOUR, review: HOUR, signing: HOUR };
  const request = requestOf('r', { reviewMode, deadlines, codesNotAccepted: 2 });
  const it = await InProcess.start(creator, 'signature', 'signature-r', request);
  try {
    for (const each of moves) {
      if (it.result !== undefined) return;
      const now = await it.status();
      agrees(now, it.attributes.get(ATTENTION_ATTRIBUTE));
      if (now.stage === 'ended') return;
      await made(it, each, now);
    }
  } finally {
    await it.close();
  }
}

async function made(it: InProcess, each: Move, now: RequestStatus): Promise<void> {
  switch (each.do) {
    case 'hint':
      return it.hint();
    case 'pass':
      return it.passes(each.milliseconds);
    case 'order':
      return ordered(it, each.pick, now);
    case 'answer': {
      const name = it.waitsFor[each.pick % Math.max(1, it.waitsFor.length)];
      if (name !== undefined) await it.answers(name, answerOf(name, each.status, it));
      return;
    }
    case 'fail': {
      const name = it.waitsFor[each.pick % Math.max(1, it.waitsFor.length)];
      if (name !== undefined) await it.fails(name, { code: each.code as never, temporary: each.temporary });
    }
  }
}

/** Gives one of the offered orders. It must not be refused as not possible now. */
async function ordered(it: InProcess, which: number, now: RequestStatus): Promise<void> {
  const possible = now.verbs.filter((verb) => ORDERS[verb] !== undefined);
  // Ends are rarer, or few requests would get far.
  const verbs = possible.filter((verb) => which > 18 || (verb !== 'cancel' && verb !== 'abandon'));
  const verb = verbs[which % Math.max(1, verbs.length)];
  const row = verb && ORDERS[verb];
  if (row === undefined) return;
  const refused: unknown[] = [];
  it.update(row.update, row.order(it, now)).catch((error: unknown) => refused.push(error));
  await it.settles();
  await new Promise(setImmediate);
  const notNow = refused.filter((error) => (error as { code?: string }).code === 'NOT_NOW').map(String);
  if (notNow.length > 0) throw new Error(`${verb} was offered, and refused: ${JSON.stringify({ ...now, events: [] })}`);
}

/** @param listed the attention in search, from which lists and the metric come */
function agrees({ stage, endsBy, verbs, attention, cause, words, underWay }: RequestStatus, listed: unknown): void {
  expect({ stage, attention: listed ?? undefined }).toEqual({ stage, attention: attention?.code });
  // In these stages only the signer or the requester may have to try again.
  if (cause !== undefined && attention === undefined) expect(['completing', 'acceptance', 'code']).toContain(stage);
  if (attention) expect(attention.words).toMatch(/\.$/);
  for (const end of endsBy) {
    const here = DONE_HERE.find(([pattern]) => pattern.test(end));
    if (here === undefined) expect(end).toMatch(ELSEWHERE);
    else expect({ stage, end, verbs }).toMatchObject({ verbs: expect.arrayContaining([here[1]]) as Verb[] });
  }
  if (PEOPLE_STAGES.has(stage) || attention)
    expect({ stage, endsBy: endsBy.length > 0 }).toEqual({ stage, endsBy: true });
  if (underWay !== undefined && PEOPLE_STAGES.has(stage) && !attention) expect(words).toContain(underWay);
  expect(words).not.toMatch(/undefined|\.\.|workflow/);
}

// oxlint-disable-next-line jest/expect-expect -- `agrees` and `ordered` assert
test('what ends a wait, what is offered and what is accepted agree in every state of the story', async () => {
  const course = fc.tuple(
    fc.constantFrom<ReviewMode>('manual', 'manual', 'at-provider', 'automatic'),
    fc.array(move, { minLength: 20, maxLength: 60 }),
  );
  await fc.assert(
    fc.asyncProperty(course, async ([mode, moves]) => played(mode, moves)),
    { seed: SEED, numRuns: 60, endOnFailure: true },
  );
}, 240_000);
