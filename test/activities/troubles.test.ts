import { failureOf } from './step-failure.js';
import type { RequestAtWork, Reached } from './workplace.js';
import { Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open({ cancelByDelete: true });
});
afterAll(() => at.close());

/** A step of the signature flow: where it begins, what it calls at the provider, and what it returns without trouble. */
interface Step {
  name: string;
  from: Reached;
  endpoint: string;
  run: (request: RequestAtWork, attempt: number) => Promise<unknown>;
  gives: object | undefined;
  /** Its effect at the provider. This must be there exactly once, whatever went wrong. */
  effect: (request: RequestAtWork) => Promise<unknown>;
  effects: unknown;
  /** The code of a failure after which the work may have been done. */
  inDoubt: string;
  /** What a second try returns if the first never reached the provider, if that differs. */
  afterCut?: { given: object; effects: unknown };
  /** What a refusal returns, now and later, if nothing is sent a second time. */
  refused?: { given: object; effects: unknown };
}

const done = (name: string) => async (request: RequestAtWork) => (await request.provider()).done[name];
const status = async (request: RequestAtWork) => (await request.provider()).status;
const UNREACHABLE = 'PROVIDER_UNREACHABLE';

const STEPS: Step[] = [
  {
    name: 'approve',
    from: 'VIDEOREVIEW',
    endpoint: 'approve',
    run: (request, attempt) => request.approve(attempt),
    gives: { status: 'ENROLLREADY' },
    effect: done('approve'),
    effects: 1,
    inDoubt: 'PROVIDER_ANSWER_UNKNOWN',
  },
  {
    name: 'refuse',
    from: 'VIDEOREVIEW',
    endpoint: 'refuse',
    run: (request, attempt) => request.refuse(attempt),
    gives: { status: 'CANCELLED' },
    effect: done('refuse'),
    effects: 1,
    inDoubt: 'PROVIDER_ANSWER_UNKNOWN',
  },
  {
    name: 'upload, in the middle of the documents',
    from: 'ENROLLREADY',
    endpoint: 'upload',
    run: (request, attempt) => request.upload(attempt),
    gives: { documents: [{ index: 1 }, { index: 2 }], contract: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    effect: async (request) => (await request.provider()).documents.map(({ sha256 }) => sha256).length,
    effects: 2,
    inDoubt: UNREACHABLE,
  },
  {
    name: 'upload, at the contract',
    from: 'ENROLLREADY',
    endpoint: 'get-contract',
    run: (request, attempt) => request.upload(attempt),
    gives: { documents: [{ index: 1 }, { index: 2 }] },
    effect: async (request) => (await request.provider()).documents.length,
    effects: 2,
    inDoubt: UNREACHABLE,
  },
  {
    name: 'sendCode',
    from: 'documents',
    endpoint: 'otp',
    run: (request, attempt) => request.sendCode(attempt),
    gives: { sentAt: expect.any(String) },
    effect: done('otp'),
    effects: 1,
    inDoubt: 'PROVIDER_ANSWER_UNKNOWN',
  },
  {
    name: 'sign',
    from: 'code',
    endpoint: 'sign',
    run: async (request, attempt) => request.sign(await request.code().then((code) => code || 'used'), attempt),
    gives: { result: 'issued' },
    effect: done('sign'),
    effects: 1,
    inDoubt: 'SIGN_IN_DOUBT',
    afterCut: { given: { result: 'spent' }, effects: undefined }, // a code is never sent twice
    refused: { given: { result: 'refused' }, effects: undefined },
  },
  {
    name: 'retrieve',
    from: 'ISSUED',
    endpoint: 'get-document',
    run: (request, attempt) => request.retrieve(attempt),
    gives: {
      documents: [{ verification: { result: 'passed' } }, { verification: { result: 'passed' } }],
      contract: { signed: true, verification: { result: 'passed' } },
    },
    effect: async (request) => (await request.provider()).documents.length,
    effects: 2,
    inDoubt: UNREACHABLE,
  },
  {
    name: 'clean',
    from: 'ISSUED',
    endpoint: 'delete-document',
    run: (request, attempt) => request.clean(attempt),
    gives: undefined,
    effect: async (request) => (await request.provider()).documents,
    effects: [],
    inDoubt: UNREACHABLE,
  },
  {
    name: 'readStatus',
    from: 'VIDEOREVIEW',
    endpoint: 'get-request',
    run: (request, attempt) => request.readStatus(attempt),
    gives: { status: 'VIDEOREVIEW' },
    effect: status,
    effects: 'VIDEOREVIEW',
    inDoubt: UNREACHABLE,
  },
  {
    name: 'watch',
    from: 'VIDEOREVIEW',
    endpoint: 'get-request',
    run: (request, attempt) => request.watch('VIDEOPENDING', attempt),
    gives: { status: 'VIDEOREVIEW' },
    effect: status,
    effects: 'VIDEOREVIEW',
    inDoubt: UNREACHABLE,
  },
  {
    name: 'adopt',
    from: 'VIDEOPENDING',
    endpoint: 'get-request',
    run: (request, attempt) => request.try((activities) => activities.adopt(request.key, request.ids), attempt),
    gives: { status: 'VIDEOPENDING' },
    effect: status,
    effects: 'VIDEOPENDING',
    inDoubt: UNREACHABLE,
  },
  {
    name: 'correct',
    from: 'VIDEOPENDING',
    endpoint: 'update-request',
    run: (request, attempt) => request.correct(attempt),
    gives: { status: 'VIDEOPENDING' },
    effect: async (request) => (await request.provider()).phone,
    effects: '+34699999999',
    inDoubt: UNREACHABLE,
  },
  {
    name: 'withdraw',
    from: 'VIDEOPENDING',
    endpoint: 'cancel-request',
    run: (request, attempt) => request.withdraw(attempt),
    gives: { closed: true },
    effect: status,
    effects: 'CANCELLED',
    inDoubt: UNREACHABLE,
  },
];

const prepared = async ({ from }: Step) => (await at.newRequest()).reach(from);

async function outcomeOf({ run, effect }: Step, request: RequestAtWork, attempt: number) {
  return { given: await run(request, attempt), effects: await effect(request) };
}

describe.each(STEPS)('$name', (step) => {
  const { endpoint, run, gives, effects, inDoubt, afterCut } = step;
  const well = { given: gives, effects };

  test('succeeds, and a second try does nothing twice', async () => {
    const request = await prepared(step);
    expect(await outcomeOf(step, request, 1)).toMatchObject(well);
    expect(await outcomeOf(step, request, 2)).toMatchObject(well);
  });

  test('answer lost after the work was done: the next try finds it done', async () => {
    const request = await prepared(step);
    await request.fault({ name: 'answer-lost', endpoint });
    expect(await failureOf(run(request, 1))).toMatchObject({ retries: true, code: inDoubt });
    expect(await outcomeOf(step, request, 2)).toMatchObject(well);
  });

  test('connection cut before the work: the next try does it', async () => {
    const request = await prepared(step);
    await request.fault({ name: 'connection-cut-before', endpoint });
    expect(await failureOf(run(request, 1))).toMatchObject({ retries: true, code: inDoubt });
    expect(await outcomeOf(step, request, 2)).toMatchObject(afterCut ?? well);
  });
});

const REFUSAL = {
  name: 'answer-other',
  code: 400,
  text: JSON.stringify({ status: 'error', detail: 'Missing required parameters' }),
};

describe.each(STEPS.filter(({ refused }) => refused === undefined))('$name', (step) => {
  const { endpoint, run, gives, effects } = step;
  const well = { given: gives, effects };

  test('refused for good: it waits for a decision, and a retry then succeeds', async () => {
    const request = await prepared(step);
    await request.fault({ ...REFUSAL, endpoint });
    const refused = { retries: false, temporary: false, code: 'PROVIDER_REFUSED' };
    expect(await failureOf(run(request, 1))).toMatchObject(refused);
    expect(await outcomeOf(step, request, 1)).toMatchObject(well);
  });

  test('temporary: it is tried again by itself, no earlier than the provider says', async () => {
    const request = await prepared(step);
    await request.fault({ name: 'answer-429', endpoint, retryAfter: 7 });
    const failure = await failureOf(run(request, 1));
    expect(failure).toMatchObject({ retries: true, temporary: true, code: 'PROVIDER_BUSY' });
    expect(failure.pause).toBeGreaterThanOrEqual(7000);
    expect(await outcomeOf(step, request, 2)).toMatchObject(well);
  });
});

test.each(STEPS.filter(({ name }) => name === 'approve' || name === 'refuse'))(
  '$name, refused by the provider or by a proxy: the officer’s PIN is not sent again by itself',
  async (step) => {
    const { endpoint, run, gives: given, effects } = step;
    const request = await prepared(step);
    await request.fault({ name: 'answer-other', endpoint, code: 403, text: '{"message":"Blocked by policy 7"}' });
    const refused = { retries: false, temporary: false, code: 'PROVIDER_ANSWER_UNKNOWN' };
    expect(await failureOf(run(request, 1))).toMatchObject(refused);
    expect(await outcomeOf(step, request, 1)).toMatchObject({ given, effects });
  },
);

describe.each(STEPS.filter(({ refused }) => refused !== undefined))('$name', (step) => {
  const { endpoint, refused = {} } = step;

  test.each([REFUSAL, { name: 'answer-429', retryAfter: 7 }])(
    'refused, or put off ($name): it is over, and no other try sends anything',
    async (answer) => {
      const request = await prepared(step);
      await request.fault({ ...answer, endpoint });
      for (const attempt of [1, 2]) expect(await outcomeOf(step, request, attempt)).toMatchObject(refused);
      expect((await request.provider()).calls[endpoint]?.received).toBe(1);
    },
  );
});
