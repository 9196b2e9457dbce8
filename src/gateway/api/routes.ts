import { Hono } from 'hono';
import { VideoIdError } from '../../messages/failures.js';
import type { Flow } from '../../messages/request.js';
import type { ApiParts, Bindings } from './call.js';
import { deleteRoutes } from './delete-routes.js';
import { generalRoutes } from './general-routes.js';
import { lookRoutes } from './look-routes.js';
import { orderRoutes } from './order-routes.js';
import { startRoutes } from './start-routes.js';
import { answerUnrouted } from '../../http/app.js';
import { answerFailure } from '../../http/failure-answer.js';
import { hasGone, unheard } from '../../http/waiting.js';
import type { KnownSecrets } from '../known-secrets.js';

const PATHS: Record<string, Flow> = { '/v1/requests': 'signature', '/v1/enrolments': 'enrolment' };

/** The client's verbs over HTTP, under `/v1`. See docs/api.md. */
export function createApi(parts: ApiParts): Hono<Bindings> {
  const app = new Hono<Bindings>();

  app.use('/v1/*', async (context, next) => {
    context.set('verb', 'none');
    if (!isAllowed(parts.tokens, context.req.header('authorization'))) throw unauthorized();
    // Hono would give a HEAD to the GET handler: it would show a link, and leave a file open.
    if (context.req.method === 'HEAD') return answerUnrouted(app.routes, context.req.path);
    await next();
    context.header('Cache-Control', 'no-store');
    return undefined;
  });
  app.onError((error, context) => {
    if (hasGone(context.env.outgoing)) return unheard();
    if (!(error instanceof VideoIdError)) parts.logger.error({ verb: context.get('verb'), error }, 'a call failed');
    return answerFailure(error);
  });
  for (const [path, flow] of Object.entries(PATHS)) {
    app.route(path, startRoutes(parts, flow));
    app.route(path, lookRoutes(parts, flow));
    app.route(path, orderRoutes(parts, flow));
    app.route(path, deleteRoutes(parts, flow));
  }
  app.route('/v1', generalRoutes(parts));
  return app;
}

function isAllowed(tokens: KnownSecrets<true>, header: string | undefined): boolean {
  const [, token] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
  return tokens.find(token ?? '') === true;
}

function unauthorized(): VideoIdError {
  return new VideoIdError('UNAUTHORIZED', 'The call carries no token of this gateway.', {
    field: 'Authorization',
    remedy: 'Send `Authorization: Bearer <token>` with one of gateway.apiTokens.',
  });
}
