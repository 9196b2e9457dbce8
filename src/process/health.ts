import { Hono } from 'hono';
import type { Readiness, ReadinessCheck } from './readiness.js';

/**
 * Two questions about a process. `GET /health/live`: does it run at all? If not, restart it. `GET /health/ready`, and `GET /health`:
 * can it do its work now? If not, 503 and what is wrong; a restart would not help.
 *
 * @param facts what else the answer about the work has
 */
export function healthRoutes(check: Pick<ReadinessCheck, 'read'>, facts: () => object = () => ({})): Hono {
  const app = new Hono();
  app.get('/health/live', (context) => context.json({ live: true }, 200, NOT_KEPT));
  for (const path of ['/health', '/health/ready']) {
    app.get(path, async (context) => {
      const readiness: Readiness = await check.read();
      return context.json({ ...readiness, ...facts() }, readiness.ready ? 200 : 503, NOT_KEPT);
    });
  }
  return app;
}

const NOT_KEPT = { 'Cache-Control': 'no-store' };
