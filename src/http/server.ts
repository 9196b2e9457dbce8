import { createServer, type IncomingMessage, type Server, type ServerOptions, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { FAILURES, VideoIdError } from '../messages/failures.js';
import { noSuchCall } from './app.js';

/** Milliseconds for the head of a request. Only an attack (slow-loris) needs longer. */
const HEAD_WITHIN = 10_000;
/** Milliseconds. Whoever neither sends nor takes a byte for this long has gone, even if the connection is still open. */
const SILENT_FOR = 120_000;

/** `-_~!$&'()*+,:=@`: our names have no other characters that a client may encode. */
const MAY_BE_ENCODED = /^%(?:2[14689ABCD]|27|3[AD]|40|5F|7E)$/i;

/**
 * An HTTP server that answers only plain request targets. So a proxy that forwards only a prefix sees the same path as this
 * server: `/webhooks/../v1/…` is 404 in every spelling, before it is routed.
 *
 * @param limits.within milliseconds for a whole request; 0 if each reader of a body has its own limit
 * @param limits.silence milliseconds without any traffic, after which a connection is cut
 */
export function plainHttpServer(
  fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>,
  { within, silence = SILENT_FOR }: { within: number; silence?: number },
): Server {
  const options: ServerOptions = {
    headersTimeout: within === 0 ? HEAD_WITHIN : Math.min(HEAD_WITHIN, within),
    requestTimeout: within,
    connectionsCheckingInterval: (within === 0 ? HEAD_WITHIN : Math.min(HEAD_WITHIN, within)) / 2,
  };
  const answer = getRequestListener((request, bindings) => fetch(request, bindings as HttpBindings), {
    overrideGlobalObjects: false,
  });
  const server = createServer(options, (incoming, outgoing) => {
    const refused = whyUnrouted(incoming);
    if (refused === undefined) void answer(incoming, outgoing);
    else outgoing.writeHead(...headOf(refused)).end(bodyOf(refused));
  });
  server.setTimeout(silence);
  // Node itself would answer without a body.
  server.on('clientError', (error, socket) => {
    if (!(socket instanceof Socket) || !socket.writable || socket.bytesWritten > 0) socket.destroy();
    else socket.end(rawAnswer('code' in error && error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? tooSlow() : unreadable()));
  });
  return server;
}

function whyUnrouted({ url = '', headers }: IncomingMessage): VideoIdError | undefined {
  if (!isPlainTarget(url)) return noSuchCall();
  return isPlainHost(headers.host ?? '') ? undefined : unreadable();
}

function unreadable(): VideoIdError {
  return new VideoIdError('BAD_INPUT', 'The call cannot be read: it is no plain HTTP, or its headers are too large.', {
    remedy: 'Send an HTTP/1.1 request with a plain host name.',
  });
}

function tooSlow(): VideoIdError {
  return new VideoIdError('BODY_TOO_SLOW', 'The call did not come in time.', { remedy: 'Send it again, in one go.' });
}

/** Status and headers. The body of the call is not read, so the connection cannot be used again. */
function headOf(failure: VideoIdError): [number, Record<string, string | number>] {
  const headers = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(bodyOf(failure)),
    Connection: 'close',
  };
  return [FAILURES[failure.code].http, headers];
}

function bodyOf(failure: VideoIdError): string {
  return JSON.stringify({ error: failure });
}

function rawAnswer(failure: VideoIdError): string {
  const [status, headers] = headOf(failure);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', bodyOf(failure)].join('\r\n');
}

/**
 * Whether all programs read the path of a request target in the same way. It has no scheme or host, no dot or empty segment, no
 * fragment, and no encoding that only some programs decode. The query may contain anything that HTTP allows.
 */
export function isPlainTarget(target: string): boolean {
  if (!/^\/[\x21-\x7e]*$/.test(target) || target.includes('#')) return false;
  const [path = ''] = target.split('?', 1);
  if (path.includes('//') || path.includes('\\')) return false;
  const encoded = path.match(/%.{0,2}/g) ?? [];
  if (!encoded.every((each) => MAY_BE_ENCODED.test(each))) return false;
  return path.split('/').every((segment) => !/^\.{1,2}(;|$)/.test(segment));
}

/** The host is put before the target to make an address, so it must not contain a path. */
function isPlainHost(host: string): boolean {
  return /^[A-Za-z0-9.:[\]_-]*$/.test(host);
}
