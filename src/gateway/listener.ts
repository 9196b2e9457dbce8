import type { Server } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { VideoIdError } from '../messages/failures.js';
import { holderOf } from '../security/port-holder.js';
import { plainHttpServer } from '../security/http-server.js';

/** Milliseconds that running answers get when the gateway stops. */
const STOP_WITHIN = 20_000;

/** An open HTTP listener. */
export interface Listener {
  host: string;
  /** The real port, also if the settings ask for any free port with 0. */
  port: number;
  /** Accepts no more calls. Resolves when all running answers are sent, or when their time is over. */
  close: () => Promise<void>;
}

/** @throws VideoIdError PORT_TAKEN; BAD_SETTING for an address that this machine does not have */
export async function listen(
  app: Hono<{ Bindings: HttpBindings }>,
  { host, port }: { host: string; port: number },
): Promise<Listener> {
  // Uploads may take long, so each reader of a body has its own limit.
  const server = plainHttpServer(app.fetch, { within: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(notListening(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    host,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  // A connection that was busy when the server closed stays open afterwards.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), STOP_WITHIN);
  try {
    await new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
  } finally {
    clearInterval(idle);
    clearTimeout(late);
  }
}

function notListening(error: Error, host: string, port: number): Error {
  const reason = 'code' in error ? String(error.code) : error.name;
  if (reason === 'EADDRINUSE') {
    return new VideoIdError('PORT_TAKEN', `Something else listens on ${host}:${port}.${holderOf(port)}`, {
      field: 'gateway.port',
      remedy: 'Stop it, or set gateway.port (VIDEOID_GATEWAY_PORT) to a free port.',
      facts: { port },
      cause: error,
    });
  }
  return new VideoIdError('BAD_SETTING', `The gateway cannot listen on ${host}:${port} (${reason}).`, {
    field: reason === 'EACCES' ? 'gateway.port' : 'gateway.host',
    remedy: 'Give an address of this machine and a port that this user may open.',
    cause: error,
  });
}
