import type { Server } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { VideoIdError } from '../messages/failures.js';
import { holderOf } from '../network/port-holder.js';
import { plainHttpServer } from './server.js';

/** Milliseconds that running answers get when the process stops. */
const STOP_WITHIN = 20_000;

/** An open HTTP listener. */
export interface Listener {
  host: string;
  /** The real port, also if the settings ask for any free port with 0. */
  port: number;
  /** Accepts no more calls. Resolves when all running answers are sent, or when their time is over. */
  close: () => Promise<void>;
}

export interface ListenPlace {
  host: string;
  port: number;
  /** The settings of host and port, for errors. */
  settings: { host: string; port: string };
}

/** @throws VideoIdError PORT_TAKEN; BAD_SETTING for an address that this machine does not have */
export async function listen(
  fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>,
  place: ListenPlace,
): Promise<Listener> {
  // Uploads may take long, so each reader of a body has its own limit.
  return await listenWith(plainHttpServer(fetch, { within: 0 }), place);
}

/** Lets a server listen. @throws as `listen` */
export async function listenWith(server: Server, place: ListenPlace): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(notListening(error, place)));
    server.listen(place.port, place.host, resolve);
  });
  const address = server.address();
  return {
    host: place.host,
    port: typeof address === 'object' && address !== null ? address.port : place.port,
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

function notListening(error: Error, { host, port, settings }: ListenPlace): Error {
  const reason = 'code' in error ? String(error.code) : error.name;
  if (reason === 'EADDRINUSE') {
    return new VideoIdError('PORT_TAKEN', `Something else listens on ${host}:${port}.${holderOf(port)}`, {
      field: settings.port,
      remedy: `Stop it, or set ${settings.port} to a free port.`,
      facts: { port },
      cause: error,
    });
  }
  return new VideoIdError('BAD_SETTING', `This process cannot listen on ${host}:${port} (${reason}).`, {
    field: reason === 'EACCES' ? settings.port : settings.host,
    remedy: 'Give an address of this machine and a port that this user may open.',
    cause: error,
  });
}
