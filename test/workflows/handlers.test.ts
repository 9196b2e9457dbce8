import { setImmediate as turn } from 'node:timers/promises';
import type { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import { isFailureCode } from '../../src/messages/failures.js';
import type { Flow, ProviderIds } from '../../src/messages/request.js';
import { flowsOf, type OrderName } from '../../src/messages/verbs.js';
import { ORDER_GUARDS } from '../../src/workflows/guards/order-guards.js';
import { InProcess, workflows } from './in-process.js';
import { requestOf } from './play.js';

const ORDERS = Object.keys(ORDER_GUARDS) as OrderName[];
const NO_DEADLINES = { video: undefined, review: undefined, signing: undefined };
const IDS = { videoidPk: '501', requestPk: '101' } as unknown as ProviderIds;

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 120_000);
afterAll(() => creator.destroy());

/** A request whose signer is in the video. */
async function inVideo(flow: Flow): Promise<InProcess> {
  const request = requestOf('r', { reviewMode: 'manual', deadlines: NO_DEADLINES, codesNotAccepted: 3 });
  const it = await InProcess.start(creator, flow, `${flow}-r`, { ...request, key: { ...request.key, flow } });
  if (flow === 'signature') await it.answers('create', { ...IDS, status: 'VIDEOPENDING' });
  else await it.answers('enrol', { requestPk: IDS.requestPk, status: 'VIDEOPENDING' });
  return it;
}

/** Whether a request of this flow has a handler for the Update: it takes the order, or refuses it with a code of ours. */
async function handles(flow: Flow, order: string): Promise<boolean> {
  const it = await inVideo(flow);
  try {
    const refusal = it.update(order, {}).then(
      () => undefined,
      ({ code }: Error & { code: string }) => code,
    );
    await it.settles();
    const code = await Promise.race([refusal, turn(undefined)]);
    return code === undefined || isFailureCode(code);
  } finally {
    await it.close();
  }
}

describe.each<Flow>(['signature', 'enrolment'])('a request of the flow %s', (flow) => {
  test.each(ORDERS)('handles the order %s, if the verb is of this flow', async (order) => {
    expect(await handles(flow, order)).toBe(flowsOf(order).includes(flow));
  });
});
