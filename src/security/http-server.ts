import { createServer, type Server, type ServerOptions } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';

/** Milliseconds for the head of a request. Only an attack (slow-loris) needs longer. */
const HEAD_WITHIN = 10_000;

/** `-_~!$&'()*+,:=@`: our names have no other characters that a client may encode. */
const MAY_BE_ENCODED = /^%(?:2[14689ABCD]|27|3[AD]|40|5F|7E)$/i;

/**
 * An HTTP server that answers only plain request targets. So a proxy that forwards only a prefix sees the same path as this
 * server: `/webhooks/../v1/…` is 404 in every spelling, before it is routed.
 *
 * @param limits.within milliseconds for a whole request; 0 if each reader of a body has its own limit
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
    // The body is not read, so the connection cannot be used again.
    else outgoing.writeHead(status, { Connection: 'close', 'Content-Length': 0 }).end();
  });
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
