import { randomUUID } from 'node:crypto';
import { RawValue } from '@temporalio/common';
import { loadSigning } from '../../src/client/running/keys.js';
import { ORIGIN_MARK } from '../../src/messages/payload-origin.js';
import * as names from '../../src/messages/steering.js';
import { flowsOf, type OrderName } from '../../src/messages/verbs.js';
import type { SignArgument } from '../../src/security/order-signatures.js';
import { listRequests } from '../../src/temporal/listing.js';
import { Attacker, payload, POISON, unknownSigner } from '../installation/attacker.js';
import { EnrolledPeople } from '../installation/enrolled-people.js';
import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';

const APPROVE = { decision: 'approve', officer: OFFICER, evidenceSeen: 'nowhere' };
const CANCEL = { actor: { kind: 'operator', id: 'ghost' }, reason: 'no more' };

let at: Installation;
let attacker: Attacker;
let sign: SignArgument;
beforeAll(async () => {
  at = await Installation.shared();
  attacker = await Attacker.connect(at);
  sign = await loadSigning(at.config.keys);
});
afterAll(async () => {
  await attacker.close();
  await at.close();
});

/** A request that waits for an officer's decision. */
async function inReview(): Promise<People> {
  const people = await People.start(at);
  await people.throughTo('review');
  return people;
}

async function whateverBecomesOf(call: Promise<unknown>): Promise<void> {
  await call.catch(() => undefined);
}

/** It answers, no worker failed because of it, and a permitted person can cancel it. */
async function isWell(people: People | EnrolledPeople): Promise<void> {
  const { flow } = people;
  await people.untilStatus(({ verbs }) => verbs.includes('cancel'));
  expect(await attacker.hasStumbled(people.workflowId)).toBe(false);
  await at.client.cancel(people.reference, { actor: { kind: 'requester' }, reason: 'end of the test' }, { flow });
  await expect(people.outcome()).resolves.toMatchObject({ outcome: 'cancelled', reason: 'cancelled-by-requester' });
}

describe('somebody who can write to Temporal is not an officer', () => {
  test('an order in the clear, or encrypted by a holder of the codec key, or signed by an unknown key decides nothing', async () => {
    const people = await inReview();
    const { workflowId } = people;
    const { outsider, keyHolder } = attacker;
    for (const [update, order] of [
      ['review', APPROVE],
      ['cancel', CANCEL],
    ] as const) {
      const id = randomUUID();
      const as = async (signer?: SignArgument) => attacker.orderFor(workflowId, update, order, signer, id);
      const refusals = [
        await attacker.update(outsider, workflowId, update, [order], id),
        await attacker.update(outsider, workflowId, update, [await as()], id),
        await attacker.update(keyHolder, workflowId, update, [await as()], id),
        await attacker.update(keyHolder, workflowId, update, [await as(unknownSigner())], id),
        await attacker.update(keyHolder, workflowId, update, [await as(unknownSigner('retired'))], id),
        // Signed by a permitted person, but sent without encryption: somebody has copied it.
        await attacker.update(outsider, workflowId, update, [await as(sign)], id),
      ];
      expect(refusals).toEqual(refusals.map(() => 'ORDER_REFUSED'));
    }
    expect((await people.provider()).calls['approve']).toBeUndefined();
    expect((await people.status()).stage).toBe('review');
    await isWell(people);
  });

  test('a mark that comes along says nothing', async () => {
    const people = await inReview();
    const { workflowId } = people;
    const id = randomUUID();
    const order = await attacker.orderFor(workflowId, 'cancel', CANCEL, undefined, id);
    for (const mark of ['signed-order', 'not-asked']) {
      const spoofed = RawValue.fromPayload(payload('json/plain', JSON.stringify(order), { [ORIGIN_MARK]: mark }));
      for (const client of [attacker.outsider, attacker.keyHolder]) {
        const answer = await attacker.update(client, workflowId, 'cancel', [spoofed], id);
        expect(answer).toBe('ORDER_REFUSED');
      }
    }
    await isWell(people);
  });

  test('a copied order does nothing for another request, another Update, another time or another run', async () => {
    const [people, other] = [await People.start(at), await People.start(at)];
    await Promise.all([people.until('video'), other.until('video')]);
    const operator = { kind: 'operator' } as const;
    await at.client.newVideo(people.reference, { actor: operator, reason: 'a new one' });
    await at.client.newVideo(other.reference, { actor: operator, reason: 'a new one' });
    const { args, updateId } = await attacker.copied(people.workflowId, 'new-video');
    const { outsider } = attacker;
    const send = (workflowId: string, update: string, id: string) =>
      attacker.update(outsider, workflowId, update, args, id);
    expect(await send(other.workflowId, 'new-video', updateId)).toBe('ORDER_REFUSED');
    expect(await send(people.workflowId, 'new-video', randomUUID())).toBe('ORDER_REFUSED');
    // With the same form, and for this request.
    expect(await send(people.workflowId, 'cancel', randomUUID())).toBe('ORDER_REFUSED');
    // The same order again is the same: Temporal repeats its first answer.
    expect(await send(people.workflowId, 'new-video', updateId)).not.toBe('ORDER_REFUSED');
    const start = await attacker.startOf(people.workflowId);
    const handle = outsider.workflow.getHandle(people.workflowId);
    await handle.terminate();
    await outsider.workflow.start('signature', {
      workflowId: people.workflowId,
      taskQueue: at.config.temporal.taskQueue,
      args: start,
    });
    await people.until('video');
    expect(await send(people.workflowId, 'new-video', updateId)).toBe('ORDER_REFUSED');
    await isWell(other);
  });

  test('the same order again, with the same id, is carried out once', async () => {
    const people = await People.start(at);
    await people.until('video');
    const order = { actor: { kind: 'operator' }, reason: 'holidays', by: '1d' } as const;
    const updateId = randomUUID();
    const once = await at.client.extend(people.reference, order, { updateId });
    await expect(at.client.extend(people.reference, order, { updateId })).resolves.toEqual(once);
    const { events } = await people.status();
    expect(events.filter(({ what }) => what === 'deadline-extended')).toHaveLength(1);
    await isWell(people);
  });

  test('a request that was reset takes orders as before', async () => {
    const people = await People.start(at);
    await people.until('video');
    const { events } = await attacker.outsider.workflow.getHandle(people.workflowId).fetchHistory();
    const task = (events ?? []).findLast((event) => event.workflowTaskCompletedEventAttributes);
    await attacker.outsider.workflowService.resetWorkflowExecution({
      namespace: at.config.temporal.namespace,
      workflowExecution: { workflowId: people.workflowId },
      workflowTaskFinishEventId: task?.eventId as never,
      requestId: randomUUID(),
      reason: 'as a reset does',
    });
    await people.until('video');
    const order = { actor: { kind: 'operator' }, reason: 'holidays', by: '1d' } as const;
    await expect(at.client.extend(people.reference, order)).resolves.toHaveProperty('deadline');
    const { events: now } = await people.status();
    expect(now.some(({ what }) => what === 'deadline-extended')).toBe(true);
  });
});

/** What is wrong in every order, and for some orders what is almost right. `order-guards.test.ts` has the rest. */
const MALFORMED: unknown[] = [null, { actor: null, reason: null, by: null }];
const NEARLY_ACCEPTED: object[] = [
  { documents: 'x', contract: 'x' },
  { documents: [null], contract: 'a'.repeat(64), consentVersion: '1', channel: 'web', at: '2026-01-01T00:00:00Z' },
  { documents: ['a'.repeat(64)], contract: 'a'.repeat(64), consentVersion: '1', channel: 'web', at: 'today' },
];
const NEARLY: Record<OrderName, object[]> = {
  review: [
    { decision: 'approve' },
    { ...APPROVE, decision: 'constructor' },
    { ...APPROVE, decision: ['approve'] },
    { ...APPROVE, officer: 7 },
    { ...APPROVE, credentials: { pin: '1234' } },
    { ...APPROVE, more: true },
  ],
  accept: NEARLY_ACCEPTED,
  code: NEARLY_ACCEPTED,
  identity: [{ actor: { kind: 'officer' }, publicKey: 7 }],
  sign: [{ secret: '123456' }, { secret: null }, { unlock: { type: 'push', value: 'x' } }],
  cancel: [
    { actor: 'ghost', reason: 'x' },
    { actor: { kind: 'policy' }, reason: 'x' },
    { actor: { kind: 'operator', id: 'x'.repeat(65) }, reason: 'x' },
    { actor: { kind: 'operator' }, reason: 'x'.repeat(2001) },
  ],
  resolve: [
    { remedy: 7, actor: { kind: 'operator' } },
    { remedy: 'adopt', actor: { kind: 'operator' } },
    { remedy: 'adopt', actor: { kind: 'operator' }, ids: { requestPk: '../1' } },
    { remedy: 'retry', actor: { kind: 'operator' }, ids: { requestPk: '1' } },
  ],
  'new-video': [{ actor: { kind: 'operator' } }],
  correct: [
    { actor: { kind: 'operator' }, reason: 'x', number: '1' },
    { actor: { kind: 'operator' }, reason: 'x', number: 1e21 },
  ],
  extend: ['abc', -1, 0, 0.5, 1e300, '3d', null].map((by) => ({
    actor: { kind: 'operator' },
    reason: 'x',
    by,
  })),
  provide: [{ actor: { kind: 'requester' }, number: {} }],
  'preauth-link': [{ actor: { kind: 'requester' }, reason: 7 }],
  abandon: [
    { actor: { kind: 'signer' }, reason: 'Gave Up' },
    { actor: { kind: 'signer' }, reason: [] },
  ],
};

describe.each([
  ['a request', () => People.start(at)],
  ['an enrolment', () => EnrolledPeople.start(at)],
])('%s does not stumble', (_what, begin) => {
  test('over an order of the wrong shape, even if it is signed', async () => {
    const people = await begin();
    const { workflowId, flow } = people;
    await people.until('video');
    const wrong: string[] = [];
    for (const [update, nearly] of Object.entries(NEARLY)) {
      for (const order of [...MALFORMED, ...nearly]) {
        const id = randomUUID();
        const signed = await attacker.orderFor(workflowId, update, order, sign, id);
        for (const [client, argument] of [
          [attacker.outsider, order],
          [attacker.keyHolder, signed],
        ] as const) {
          const answer = String(await attacker.update(client, workflowId, update, [argument], id));
          const ofFlow = flowsOf(update as OrderName).includes(flow);
          if (!(ofFlow ? /^(BAD_INPUT|ORDER_REFUSED)/ : /^(No registered handler|ORDER_REFUSED)/).test(answer)) {
            wrong.push(`${update} ${JSON.stringify(order)}: ${answer}`);
          }
        }
      }
      expect(String(await attacker.update(attacker.outsider, workflowId, update, []))).toMatch(/REFUSED|No registered/);
      expect(String(await attacker.update(attacker.outsider, workflowId, update, [1, 2]))).toMatch(/REFUSED|No reg/);
    }
    expect(wrong).toEqual([]);
    await isWell(people);
  });

  test('over what it cannot read, in an Update, a signal or a query', async () => {
    const people = await begin();
    const { workflowId } = people;
    await people.until('video');
    const handle = attacker.outsider.workflow.getHandle(workflowId);
    for (const [name, bytes] of Object.entries(POISON)) {
      const poison = RawValue.fromPayload(bytes);
      for (const update of ['cancel', 'extend', 'review', 'unheard-of', '__temporal_x']) {
        await whateverBecomesOf(attacker.update(attacker.outsider, workflowId, update, [poison]));
      }
      for (const signal of [names.HINT_SIGNAL, 'unheard-of', '__temporal_x', '__stack_trace']) {
        await whateverBecomesOf(handle.signal(signal, poison));
      }
      await whateverBecomesOf(handle.query(names.STATUS_QUERY, poison));
      await whateverBecomesOf(handle.query('unheard-of', poison));
      expect({ name, stumbled: await attacker.hasStumbled(workflowId) }).toEqual({ name, stumbled: false });
    }
    await isWell(people);
  });
});

/** Starts a workflow of ours without encryption. */
const start = (workflowId: string, more: { workflowType?: string; args: unknown[]; memo?: Record<string, unknown> }) =>
  attacker.outsider.workflow.start(more.workflowType ?? 'signature', {
    workflowId,
    taskQueue: at.config.temporal.taskQueue,
    ...more,
  });

/** How a workflow ends, by its failure. */
async function endOf(workflowId: string): Promise<unknown> {
  return eventually(async () => {
    const { events } = await attacker.outsider.workflow.getHandle(workflowId).fetchHistory();
    const failure = events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
    return failure?.applicationFailureInfo?.type ?? false;
  });
}

describe('a start without a valid signature', () => {
  test('does nothing, and its id stays free for a valid start', async () => {
    const genuine = await People.start(at);
    await genuine.until('video');
    const reference = `squat-${randomUUID()}`;
    const workflowId = `signature-${reference}`;
    const taskQueue = at.config.temporal.taskQueue;
    const taken = await attacker.startOf(genuine.workflowId);
    const before = await written();
    const starts: (() => Promise<unknown>)[] = [
      () => start(workflowId, { args: [{ key: { flow: 'signature', reference } }] }),
      () => start(workflowId, { args: taken }),
      () => start(workflowId, { args: [] }),
      () => attacker.keyHolder.workflow.start('signature', { workflowId, taskQueue, args: [{ key: {} }] }),
      () =>
        attacker.keyHolder.workflow.start('signature', {
          workflowId,
          taskQueue,
          args: [unknownSigner()('start', { key: {} })],
        }),
      () => attacker.keyHolder.workflow.start('signature', { workflowId, taskQueue, args: [sign('order', {})] }),
      ...Object.values(POISON).map((each) => () => start(workflowId, { args: [RawValue.fromPayload(each)] })),
    ];
    for (const made of starts) {
      await made();
      expect(await endOf(workflowId)).toBe('START_REFUSED');
    }
    expect(await written()).toBe(before);
    const people = new People(at, reference);
    await at.client.start({
      reference,
      registrationAuthority: '139',
      signer: { email: 'signer@example.com', phone: '+34600000001' },
      documents: [{ name: 'agreement.pdf', content: 'samples/agreement.pdf' }],
    });
    await isWell(people);
    await isWell(genuine);
  });

  test('with a poisoned memo stops neither the worker nor the list of requests', async () => {
    const workflowId = `signature-memo-${randomUUID()}`;
    await start(workflowId, { args: [], memo: { note: RawValue.fromPayload(payload('json/plain', '{')) } });
    expect(await endOf(workflowId)).toBe('START_REFUSED');
    const place = { client: attacker.outsider, taskQueue: at.config.temporal.taskQueue };
    await eventually(async () =>
      (await listRequests(place, { limit: 1000 })).some((each) => each.workflowId === workflowId),
    );
    const { requests, unknown } = await at.client.list();
    expect(requests.length).toBeGreaterThan(0);
    expect(unknown).toBeUndefined();
  });

  test('of a cleanup or a watch for a late video touches no running request', async () => {
    const people = await People.start(at);
    await people.throughTo('acceptance');
    const { requestPk = '' } = (await people.status()).provider;
    const [argument] = await attacker.startOf(people.workflowId);
    const decoded = await readable(argument);
    const key = (decoded as { key: object }).key;
    const policy = { startToClose: 1000, budget: 1000, backoff: 10, slowest: 10 };
    const taskQueue = at.config.temporal.taskQueue;
    for (const [type, order] of [
      ['cleanup', { key, requestPks: [requestPk], uids: [], policy }],
      ['lateVideo', { key, requestPk, seen: 'VIDEOPENDING', policy: {} }],
    ] as const) {
      const workflowId = `${type}-${people.reference}`;
      for (const client of [attacker.outsider, attacker.keyHolder]) {
        await client.workflow.start(type, { workflowId, taskQueue, args: [order] });
        expect(await endOf(workflowId)).toBe('START_REFUSED');
      }
    }
    expect((await people.provider()).calls['delete']).toBeUndefined();
    await isWell(people);
  });
});

describe('a request that has ended', () => {
  test('approves nothing when somebody starts it again with a copy of its start', async () => {
    const people = await People.start(at, { registrationAuthority: AUTHORITIES.automatic });
    await people.until('video');
    await at.client.cancel(people.reference, { actor: { kind: 'requester' }, reason: 'no more' });
    await people.outcome();
    const args = await attacker.startOf(people.workflowId);
    const { workflowId } = people;
    const { taskQueue } = at.config.temporal;
    const again = await attacker.outsider.workflow.start('signature', { workflowId, taskQueue, args });
    const { requestPk = '' } = (await people.status()).provider;
    await at.provider.video(requestPk, 'finished');
    const failure = await eventually(async () => {
      const { events } = await again.fetchHistory();
      const failed = events?.find((event) => event.activityTaskFailedEventAttributes);
      return failed?.activityTaskFailedEventAttributes?.failure?.applicationFailureInfo?.type ?? false;
    });
    expect(failure).toBe('REQUEST_ENDED');
    expect((await people.provider()).calls['approve']).toBeUndefined();
    await expect(at.client.outcome(people.reference)).resolves.toMatchObject({ outcome: 'cancelled' });
    const status = await eventually(async () => {
      const { name } = (await again.describe()).status;
      return name !== 'RUNNING' && name;
    });
    expect(status).toBe('COMPLETED'); // it ends as recorded
  });
});

/** How many calls the provider got, apart from reads. */
async function written(): Promise<number> {
  const entries = await at.provider.newestCalls();
  return entries.filter((entry) => 'endpoint' in entry && entry.endpoint !== 'get-request').length;
}

/** What a holder of the codec key can read. */
async function readable(value: RawValue | undefined): Promise<unknown> {
  const { payloadCodecs } = attacker.keyHolder.options.loadedDataConverter;
  let payloads = value === undefined ? [] : [value.payload];
  for (const codec of payloadCodecs) payloads = await codec.decode(payloads);
  return JSON.parse(Buffer.from(payloads[0]?.data ?? []).toString()) as unknown;
}

/** The id of the step that watches the provider. */
async function pendingWatch(workflowId: string): Promise<string> {
  return await eventually(async () => {
    const { raw } = await attacker.outsider.workflow.getHandle(workflowId).describe();
    return raw.pendingActivities?.find((each) => each.activityType?.name === 'watch')?.activityId ?? false;
  });
}

describe('steps', () => {
  test('are not called by workflows of others', async () => {
    const people = await inReview();
    const { provider } = await people.status();
    const [argument] = await attacker.startOf(people.workflowId);
    const { key } = (await readable(argument)) as { key: object };
    const order = { ...provider, officer: OFFICER };
    const plain = [key, order].map((each) => payload('json/plain', JSON.stringify(each)));
    const [codec] = attacker.keyHolder.options.loadedDataConverter.payloadCodecs;
    const encrypted = (await codec?.encode(plain)) ?? [];
    const call = { workflowType: 'signature', step: 'approve' };
    const elsewhere = `attack-${randomUUID()}`;
    expect(await attacker.callStep(at, { ...call, workflowId: elsewhere, args: plain })).not.toBe('completed');
    expect(await attacker.callStep(at, { ...call, workflowId: elsewhere, args: encrypted })).toBe('ORDER_REFUSED');
    const cleanup = { workflowId: `cleanup-${people.reference}`, workflowType: 'cleanup', step: 'clean' };
    expect(await attacker.callStep(at, { ...cleanup, args: encrypted })).toBe('ORDER_REFUSED');
    expect((await people.provider()).calls['approve']).toBeUndefined();
    await isWell(people);
  });

  test('are not answered by others', async () => {
    const people = await People.start(at);
    await people.until('video');
    const { workflowId } = people;
    const activityId = await pendingWatch(workflowId);
    await attacker.answerStep(workflowId, activityId, payload('json/plain', '{"status":"ENROLLREADY"}'));
    await people.untilStatus(({ events }) => events.some(({ what }) => what === 'attention'));
    await people.untilStatus(({ attention }) => attention === undefined);
    expect((await people.status()).stage).toBe('video');
    await isWell(people);
  });

  test('are not answered with a copy of what another was answered', async () => {
    const [people, other] = [await People.start(at), await inReview()];
    await people.until('video');
    const { workflowId } = people;
    const { events } = await attacker.outsider.workflow.getHandle(other.workflowId).fetchHistory();
    const answered = (events ?? []).findLast((event) => event.activityTaskCompletedEventAttributes);
    const [copy] = answered?.activityTaskCompletedEventAttributes?.result?.payloads ?? [];
    const activityId = await pendingWatch(workflowId);
    await attacker.answerStep(workflowId, activityId, copy ?? {});
    await people.untilStatus(({ events: now }) => now.some(({ what }) => what === 'attention'));
    await people.untilStatus(({ attention }) => attention === undefined);
    expect((await people.status()).stage).toBe('video');
    await isWell(people);
    await isWell(other);
  });
});
