import { createServer } from 'node:http';
import { VideoIdError } from '../messages/failures.js';
import { holderOf } from '../security/port-holder.js';

/** Milliseconds for a whole request. */
const WITHIN = 10_000;

/**
 * A small server for load balancers and people. `GET /health` answers 200 while the worker serves its queue, otherwise 503. The
 * body names the state, and says more about the process.
 *
 * @throws VideoIdError PORT_TAKEN
 */
export async function startHealthServer(options: {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** `RUNNING` is healthy. */
  state: () => string;
  /** More about the process, for the body. */
  facts?: () => object;
}): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer({ headersTimeout: WITHIN, requestTimeout: WITHIN }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/health') {
      response.writeHead(404, { connection: 'close' }).end();
      return;
    }
    const state = options.state();
    response.writeHead(state === 'RUNNING' ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ state, ...options.facts?.() }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new VideoIdError(
          'PORT_TAKEN',
          `Something else listens on ${options.host}:${options.port}.${holderOf(options.port)}`,
          {
            field: 'worker.healthPort',
            remedy: 'Stop it, or set worker.healthPort (VIDEOID_WORKER_HEALTH_PORT) to a free port.',
            cause,
          },
        ),
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
