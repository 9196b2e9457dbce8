import { Hono } from 'hono';
import { VideoIdError } from '../messages/failures.js';
import type { ApiParts, Bindings } from './api-call.js';
import { enrolmentCalls, profileCalls } from './enrolment-calls.js';
import { answerFailure } from './failure-answer.js';
import type { KnownSecrets } from './known-secrets.js';
import { requestCalls } from './request-calls.js';
import { signatureCalls } from './signature-calls.js';
import { generalCalls, troubleCalls } from './trouble-calls.js';

/** The client's verbs over HTTP, under `/v1`. See docs/api.md. */
export function createApi(parts: ApiParts): Hono<Bindings> {
  const app = new Hono<Bindings>();

  app.use('/v1/*', async (context, next) => {
    context.set('verb', 'none');
    if (!isAllowed(parts.tokens, context.req.header('authorization'))) throw unauthorized();
    // A HEAD would be answered by the GET and leave its file open.
    if (context.req.method === 'HEAD') return context.body(null, 405, { Allow: 'GET, POST' });
    await next();
    context.header('Cache-Control', 'no-store');
    return undefined;
  });
  app.onError((error, context) => {
    if (!(error instanceof VideoIdError)) parts.logger.error({ verb: context.get('verb'), error }, 'a call failed');
    return answerFailure(error);
  });
  app.route('/v1/requests', signatureCalls(parts));
  app.route('/v1/requests', requestCalls(parts, 'signature'));
  app.route('/v1/requests', troubleCalls(parts, 'signature'));
  app.route('/v1/enrolments', enrolmentCalls(parts));
  app.route('/v1/enrolments', requestCalls(parts, 'enrolment'));
  app.route('/v1/enrolments', troubleCalls(parts, 'enrolment'));
  app.route('/v1/profiles', profileCalls(parts));
  app.route('/v1', generalCalls(parts));
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
