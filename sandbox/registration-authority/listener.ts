import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Api } from '../calls/endpoint.js';
import { serveCall, type SandboxContext } from '../calls/pipeline.js';
import type { Provider } from '../provider.js';
import { RA_ENDPOINTS } from './all-endpoints.js';
import { readBody } from './body.js';
import type { Enrolment } from './enrolment.js';
import { refusalBody } from './refusals.js';
import type { ListenerTls } from './tls.js';

/** The path of the Registration Authority API (§1.2). */
export const RA_API_PATH = '/api/v1';

/** How the Registration Authority API names requests, reads bodies and refuses calls. */
const REGISTRATION_AUTHORITY: Api<Enrolment> = {
  named: (provider, { request_pk: pk }) => (pk === undefined ? undefined : provider.parts.requests.findEnrolment(pk)),
  read: readBody,
  refusal: (refusal, behaviour) => ({ status: refusal.status, body: refusalBody(refusal, behaviour) }),
  failure: (status, words) => ({ code: String(status), id: randomBytes(8).toString('hex'), error: words }),
};

/** The second listener: HTTPS that accepts only clients with a certificate of its own authority (mutual TLS). */
export function createRaServer(provider: Provider, tls: ListenerTls): Server {
  return createAdaptorServer({
    fetch: application(provider).fetch,
    createServer,
    serverOptions: { ...tls, requestCert: true, rejectUnauthorized: true },
  }) as Server;
}

function application(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const endpoint of RA_ENDPOINTS) {
    app.on(endpoint.method, RA_API_PATH + endpoint.path, async (context) =>
      serveCall(provider, REGISTRATION_AUTHORITY, endpoint, context),
    );
  }
  for (const path of new Set(RA_ENDPOINTS.map((endpoint) => RA_API_PATH + endpoint.path))) {
    app.all(path, (context) => context.json({ detail: `Method "${context.req.method}" not allowed.` }, 405));
  }
  app.notFound((context) => unknownPath(provider, context));
  return app;
}

/** Every URL must end in a slash. What happens otherwise is a guess. */
function unknownPath(provider: Provider, context: SandboxContext): Response {
  const { path } = context.req;
  const { missingSlash } = provider.parts.settings.behaviour().ra;
  if (!path.endsWith('/') && missingSlash === '301') {
    const address = new URL(context.req.url);
    return new Response(null, { status: 301, headers: { location: `${path}/${address.search}` } });
  }
  return new Response('<h1>Not Found</h1><p>The requested resource was not found on this server.</p>', {
    status: 404,
    headers: { 'content-type': 'text/html' },
  });
}
