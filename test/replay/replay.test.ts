import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, type ReplayWorkerOptions, Runtime, Worker } from '@temporalio/worker';
import { WORKFLOW_MODULES, workerDataConverter } from '../../src/temporal/data-converter.js';
import { ENDS, LEFT_BEHIND } from './ends.js';
import { HISTORIES, historyKeyRing } from './history-key.js';
import type { HistoryJson } from './portable.js';
import { QUIET } from '../quiet.js';

const NAMES = [...Object.keys(ENDS), ...Object.values(LEFT_BEHIND)];

let options: ReplayWorkerOptions;
/** By workflow id. */
const replayed = new Map<string, Error | undefined>();
beforeAll(async () => {
  // Hides the messages of the core that the last two tests cause.
  Runtime.install({ logger: QUIET, telemetryOptions: { logging: { filter: 'off' } } });
  options = {
    workflowBundle: await bundleWorkflowCode({ ...WORKFLOW_MODULES, logger: QUIET }),
    dataConverter: workerDataConverter({ keyRing: await historyKeyRing(), orders: new Map() }),
  };
  const histories = NAMES.map(recorded).map((history) => ({ history, workflowId: idOf(history) }));
  // One worker for all of them.
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    replayed.set(workflowId, error);
  }
});

function recorded(name: string): HistoryJson {
  return JSON.parse(readFileSync(join(HISTORIES, `${name}.json`), 'utf8')) as HistoryJson;
}

/** Starts and orders belong to one workflow. A history names it in its first event. */
function idOf(history: HistoryJson): string {
  const [started] = history.events as { workflowExecutionStartedEventAttributes?: { workflowId: string } }[];
  return started?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
}

function replay(history: HistoryJson, by = options): Promise<void> {
  return Worker.runReplayHistory(by, history, idOf(history));
}

test.each(NAMES)('the workflows of today go the recorded way: %s', (name) => {
  const workflowId = idOf(recorded(name));
  expect([...replayed.keys()]).toContain(workflowId);
  expect(replayed.get(workflowId)).toBeUndefined();
});

test('a history that went another way is noticed', async () => {
  const another = JSON.stringify(recorded('signed-manual')).replace('"name":"approve"', '"name":"refuse"');
  await expect(replay(JSON.parse(another) as HistoryJson)).rejects.toMatchObject({ name: 'DeterminismViolationError' });
});

test('workflows that go another way are noticed', async () => {
  const { workflowBundle } = options;
  if (!workflowBundle || !('code' in workflowBundle)) throw new Error('there is no bundle');
  const code = workflowBundle.code.replaceAll('activities.upload(', 'activities.clean(');
  expect(code).not.toBe(workflowBundle.code);
  const other = replay(recorded('signed-manual'), { ...options, workflowBundle: { code } });
  await expect(other).rejects.toMatchObject({ name: 'DeterminismViolationError' });
});
