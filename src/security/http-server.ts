import { createServer, type Server, type ServerOptions } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';

/** Milliseconds for the head of a request: who dawdles over it is a slow-loris, not a browser. */
const HEAD_WITHIN = 10_000;

/** `-_~!$&'()*+,:=@`: no name of ours has anything else that somebody may want to encode. */
const MAY_BE_ENCODED = /^%(?:2[14689ABCD]|27|3[AD]|40|5F|7E)$/i;

/**
 * An HTTP server that answers only plain request targets, so that a proxy in front which lets a prefix through and this server
 * see the same path: `/webhooks/../v1/…`, however it is written, is 404 before anything is routed.
 *
 * @param limits.within milliseconds for a whole request; 0 where every reader of a body has a limit of its own
 */
export function plainHttpServer(
  fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>,
  { within }: { within: number },
): Server {
  const options: ServerOptions = {
    headersTimeout: within === 0 ? HEAD_WITHIN : Math.min(HEAD_WITHIN, within),
    requestTimeout: within,
    connectionsCheckingInterval: (within === 0 ? HEAD_WITHIN : Math.min(HEAD_WITHIN, within)) / 2,
  };
  const answer = getRequestListener((request, bindings) => fetch(request, bindings as HttpBindings), {
    overrideGlobalObjects: false,
  });
  return createServer(options, (incoming, outgoing) => {
    const status = !isPlainTarget(incoming.url ?? '')
      ? 404
      : !isPlainHost(incoming.headers.host ?? '')
        ? 400
        : undefined;
    if (status === undefined) void answer(incoming, outgoing);
    // Its body is not read, so nothing more can come on this connection.
    else outgoing.writeHead(status, { Connection: 'close', 'Content-Length': 0 }).end();
  });
}

/**
 * Whether every reader understands the path of a request target alike: no scheme or host, no dot or empty segment, nothing
 * encoded that some would decode and others not, no fragment. The query may hold anything that HTTP allows.
 */
export function isPlainTarget(target: string): boolean {
  if (!/^\/[\x21-\x7e]*$/.test(target) || target.includes('#')) return false;
  const [path = ''] = target.split('?', 1);
  if (path.includes('//') || path.includes('\\')) return false;
  const encoded = path.match(/%.{0,2}/g) ?? [];
  if (!encoded.every((each) => MAY_BE_ENCODED.test(each))) return false;
  return path.split('/').every((segment) => !/^\.{1,2}(;|$)/.test(segment));
}

/** A host is put before the target to make an address, so it must not bring a path along. */
function isPlainHost(host: string): boolean {
  return /^[A-Za-z0-9.:[\]_-]*$/.test(host);
}
