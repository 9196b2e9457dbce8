import { condition, defineQuery, defineUpdate, setHandler, sleep } from '@temporalio/workflow';

/** Waits for a timer. What its Update does depends on whether the timer has fired. */
export async function story() {
  let fired = false;
  let ordered = false;
  setHandler(defineQuery('status'), () => fired);
  setHandler(defineUpdate('order'), async () => {
    if (fired) await sleep(10);
    ordered = true;
  });
  await sleep(1500);
  fired = true;
  await condition(() => ordered);
}
