import { randomUUID } from 'node:crypto';
import proto from '@temporalio/proto';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import type { RequestEvent } from '../../src/messages/status.js';
import { Installation, OFFICER } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';

const { ResetReapplyExcludeType } = proto.temporal.api.enums.v1;
const OPERATOR = { kind: 'operator', id: 'desk' } as const;

let at: Installation;
let temporal: Temporal;
let archive: Archive;
beforeAll(async () => {
  at = await Installation.shared();
  archive = await openArchive(at.config.archive);
  temporal = await Temporal.connect(at);
});
afterAll(async () => {
  await archive.close();
  await temporal.close();
  await at.close();
});

/** A person resets it to its first task with Temporal's own tools. No order is repeated. */
async function resetByHand({ workflowId, reference }: People): Promise<void> {
  const { client } = temporal;
  const { runId } = await temporal.workflow(workflowId).describe();
  const { events } = await temporal.workflow(workflowId).fetchHistory();
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await client.workflowService.resetWorkflowExecution({
    namespace: at.config.temporal.namespace,
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: first?.eventId ?? null,
    requestId: randomUUID(),
    resetReapplyExcludeTypes: [ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE],
    reason: 'by hand',
  });
  await eventually(
    async () => (await archive.readStanding({ flow: 'signature', reference, attempt: 1 }))?.run !== runId,
  );
}

/** A person ends it in Temporal, and it is started again from its record. */
async function startedAgain({ workflowId, reference }: People): Promise<void> {
  await temporal.workflow(workflowId).terminate('by hand');
  await at.client.resume(reference);
}

async function eventsOf(people: People): Promise<RequestEvent[]> {
  return (await at.client.status(people.reference)).events;
}

const OURS = { what: 'approved', actor: { kind: 'officer', id: OFFICER } };
const names = (events: RequestEvent[]): string[] => events.map(({ what }) => what);

describe.each([
  ['reset by hand to its first task', resetByHand],
  ['ended by hand and started again', startedAgain],
])('a request that is %s', (_how, begunAnew) => {
  test('knows that our officer approved it', async () => {
    const people = await People.start(at);
    await people.throughTo('acceptance');
    await begunAnew(people);
    await people.askForAnotherCode();
    await people.sign();
    await people.outcome();
    const { events } = await people.evidence<{ events: RequestEvent[]; acceptance?: object }>();
    expect(events).toContainEqual(expect.objectContaining(OURS));
    expect(names(events)).not.toContain('approved-at-provider');
  });

  test('knows the acceptance behind the signature', async () => {
    const people = await People.start(at);
    await people.throughTo('code');
    const fault = await people.fault({ name: 'answer-503', endpoint: 'get-document' });
    await people.sign();
    await begunAnew(people);
    await at.provider.removeFault(fault);
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    const { events, acceptance } = await people.evidence<{ events: RequestEvent[]; acceptance?: object }>();
    expect(acceptance).toMatchObject({ channel: 'test', signedWith: 'code' });
    expect(names(events)).toEqual(expect.arrayContaining(['accepted', 'sign-asked', 'signed']));
  });

  test('does not take an approval in the provider’s console for ours', async () => {
    const people = await People.start(at);
    await people.throughTo('review');
    await people.console('approve');
    await people.until('acceptance');
    await begunAnew(people);
    await people.until('acceptance');
    expect(names(await eventsOf(people))).toContain('approved-at-provider');
    await at.client.cancel(people.reference, { actor: OPERATOR, reason: 'done' });
    await people.outcome();
  });
});
