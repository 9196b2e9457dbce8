import type { Connection } from '@temporalio/client';
import { Hono } from 'hono';

/** Milliseconds in which Temporal must answer. */
const ANSWER_WITHIN = 2000;
/** Milliseconds for which an answer is reused. So frequent health checks do not ask Temporal each time. */
const GOOD_FOR = 1000;

/** `GET /health`: 200 when hints and calls can be carried out, 503 while Temporal is out of reach. */
export function createHealth(connection: Connection, about: () => object | undefined): Hono {
  let checked = { at: -Infinity, ready: Promise.resolve(false) };
  const app = new Hono();
  app.get('/health', async (context) => {
    if (Date.now() - checked.at >= GOOD_FOR) checked = { at: Date.now(), ready: isReachable(connection) };
    const ready = await checked.ready;
    return context.json({ ready, temporal: ready ? 'reachable' : 'unreachable', ...about() }, ready ? 200 : 503);
  });
  return app;
}

async function isReachable(connection: Connection): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + ANSWER_WITHIN, () => connection.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  }
}
