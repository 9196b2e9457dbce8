import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { SignatureActivities } from '../../src/messages/activities.js';
import { eventually } from '../installation/patience.js';
import { fakeActivities } from './fake-activities.js';
import { requestOf } from './play.js';
import { ProviderModel } from './provider-model.js';
import { StoryWorker } from './story-worker.js';

const TASK_FAILED = proto.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED;
const models = new Map<string, ProviderModel>();
/** Steps with answers that the story's code does not expect, so it throws. */
const broken = new Set<keyof SignatureActivities>();
let stories: StoryWorker;

beforeAll(async () => {
  const activities = fakeActivities((reference) => models.get(reference) ?? new ProviderModel(false));
  const nothing = (name: keyof SignatureActivities) => async (key: never, order: never) =>
    (broken.has(name) ? undefined : await activities[name](key, order)) as never;
  stories = await StoryWorker.start({
    ...activities,
    upload: nothing('upload'),
    clean: nothing('clean'),
    readStatus: nothing('readStatus'),
  });
}, 60_000);
afterAll(() => stories.close());

afterEach(() => broken.clear());

/** A request whose code throws after the approval. Waits until it has failed. */
async function throwing(): Promise<{ handle: WorkflowHandle; model: ProviderModel }> {
  broken.add('upload');
  const reference = randomUUID();
  const model = new ProviderModel(false);
  models.set(reference, model);
  const { client, taskQueue } = stories;
  const handle = await client.workflow.start('signature', {
    workflowId: `signature-${reference}`,
    taskQueue,
    args: [
      requestOf(reference, {
        reviewMode: 'automatic',
        deadlines: { video: undefined, review: undefined, signing: undefined },
        codesNotAccepted: 3,
      }),
    ],
  });
  await eventually(async () => model.statuses.length > 0);
  model.move(['VIDEOPENDING'], 'VIDEOREVIEW');
  await eventually(async () => {
    const { events } = await handle.fetchHistory();
    return (events ?? []).some(({ eventType }) => eventType === TASK_FAILED);
  });
  return { handle, model };
}

test('a request whose code throws can be cancelled by its own order, and its end is recorded', async () => {
  const { handle, model } = await throwing();
  const order = { actor: { kind: 'operator' }, reason: 'stuck' };
  await handle.executeUpdate('cancel', { args: [order] });
  expect(await handle.result()).toMatchObject({ outcome: 'cancelled', reason: 'cancelled-by-operator' });
  expect(model.outcome).toMatchObject({ outcome: 'cancelled' });
});

test('a request whose code throws can be cancelled in Temporal, and its end is recorded', async () => {
  const { handle, model } = await throwing();
  await handle.cancel();
  expect(await handle.result()).toMatchObject({ outcome: 'cancelled' });
  expect(model.outcome).toMatchObject({ outcome: 'cancelled' });
});

test('a request whose code throws over its end too can be cancelled in Temporal', async () => {
  const { handle } = await throwing();
  broken.add('readStatus');
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow('cancelled');
  expect((await handle.describe()).status.name).toBe('CANCELLED');
});
