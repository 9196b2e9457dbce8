import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { RouterRoute } from 'hono/types';
import { VideoIdError } from '../messages/failures.js';
import { answerFailure } from './failure-answer.js';

export type App = Hono<{ Bindings: HttpBindings }>;

/**
 * An app whose every answer has a fitting status and body, also to calls that no route takes. A slash at the end of a path changes
 * nothing.
 *
 * @param failed gets the errors that are not ours
 */
export function createApp(failed: (error: Error) => void): App {
  const app: App = new Hono<{ Bindings: HttpBindings }>({ strict: false });
  app.notFound(({ req }) => answerUnrouted(app.routes, req.path));
  app.onError((error) => {
    if (!(error instanceof VideoIdError)) failed(error);
    return answerFailure(error);
  });
  return app;
}

/** 405 with `Allow` if the path knows other methods, else 404. */
export function answerUnrouted(routes: readonly RouterRoute[], path: string): Response {
  const failure = unroutedFailure(routes, path);
  const { allow } = failure.facts;
  return answerFailure(failure, allow === undefined ? {} : { Allow: String(allow) });
}

/** NO_SUCH_CALL, or METHOD_NOT_ALLOWED with `allow` in its facts. */
export function unroutedFailure(routes: readonly RouterRoute[], path: string): VideoIdError {
  const methods = new Set(routes.filter((route) => takes(route, path)).map(({ method }) => method));
  if (methods.size === 0) return noSuchCall();
  const allow = [...methods].toSorted().join(', ');
  return new VideoIdError('METHOD_NOT_ALLOWED', `This path takes only ${allow}.`, {
    remedy: 'Use that method. docs/api.md lists the calls.',
    facts: { allow },
  });
}

/** Also for whatever must look like an unknown path. */
export function noSuchCall(): VideoIdError {
  return new VideoIdError('NO_SUCH_CALL', 'There is no such call.', {
    remedy: 'Check the path. docs/api.md lists the calls.',
  });
}

/** Whether a route takes calls of this path. `ALL` is what only stands before routes. */
function takes({ method, path: pattern }: RouterRoute, path: string): boolean {
  const parts = path.split('/');
  const wanted = pattern.split('/');
  return (
    method !== 'ALL' &&
    wanted.length === parts.length &&
    wanted.every((part, at) => part === parts[at] || (part.startsWith(':') && parts[at] !== ''))
  );
}
