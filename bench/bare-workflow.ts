import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  condition,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';

export const hint = defineSignal('hint');
export const confirm = defineUpdate<void>('confirm');

const { step } = proxyActivities<{ step(): Promise<void> }>({ startToCloseTimeout: '1 minute' });
const stage = defineSearchAttributeKey('VideoIdStage', SearchAttributeType.KEYWORD);

/** What any signature through this provider needs on Temporal: 8 steps, an attribute, a hint before a deadline, an answer of a person. */
export async function bare(): Promise<void> {
  let hinted = false;
  let confirmed = false;
  setHandler(hint, () => void (hinted = true));
  setHandler(confirm, () => void (confirmed = true));
  await step();
  upsertSearchAttributes([{ key: stage, value: 'video' }]);
  await condition(() => hinted, '7 days');
  for (let steps = 0; steps < 4; steps += 1) await step();
  await condition(() => confirmed);
  for (let steps = 0; steps < 3; steps += 1) await step();
}
