import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { IndexEntry } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Logger } from '../../logging/logger.js';
import { answerUnrouted, noSuchCall } from '../../http/app.js';
import { answerFailure } from '../../http/failure-answer.js';
import { BodyNotRead, type BodyLimits, notRead, readBody } from '../../http/body.js';
import { callbackContent } from '../../messages/callback-payload.js';
import type { CachedIndex } from './cached-index.js';
import type { CallbackCounts, KnownToken } from './callback-counts.js';
import { CallbackLog } from './callback-log.js';
import type { DeliverHint } from './hint-delivery.js';
import { type Hint, isForwarded, readHint } from './hint-payload.js';
import type { DeliveredHints, HintAllowance } from './hint-traffic.js';
import type { KnownSecrets } from '../known-secrets.js';
import type { GatewayMetrics, HintResult } from '../metrics.js';

export { CachedIndex } from './cached-index.js';
export { CallbackCounts, tokenDigest } from './callback-counts.js';
export { createHintDelivery } from './hint-delivery.js';
export { DeliveredHints, HintAllowance } from './hint-traffic.js';

/** A webhook token, and whose it is. */
export interface HintSource extends KnownToken {
  environment: string;
}

export interface WebhookParts {
  tokens: KnownSecrets<HintSource>;
  counts: CallbackCounts;
  index: CachedIndex;
  deliver: DeliverHint;
  delivered: DeliveredHints;
  allowance: HintAllowance;
  limits: BodyLimits;
  metrics: GatewayMetrics;
  logger: Logger;
}

/**
 * The failure of every result that is none. The other answers are 200 without a body, so they show nobody which requests are ours. A
 * stranger gets the same answer as for any unknown path.
 */
const FAILURE_OF: Partial<Record<HintResult, (limits: BodyLimits) => VideoIdError>> = {
  garbage: () =>
    new VideoIdError('BAD_INPUT', 'The body is no callback of a documented form.', {
      field: 'body',
      remedy: 'Send the JSON of an event about a request.',
    }),
  'broken-off': (limits) => notRead(new BodyNotRead('broken-off'), limits),
  'too-slow': (limits) => notRead(new BodyNotRead('too-slow'), limits),
  'too-large': (limits) => notRead(new BodyNotRead('too-large'), limits),
  'too-many': () =>
    new VideoIdError('TOO_MANY_CALLBACKS', 'There were too many callbacks about one request.', {
      remedy: 'Send it again after `Retry-After`.',
    }),
  'temporal-unreachable': () => again('TEMPORAL_UNREACHABLE'),
  'index-unavailable': () => again('ARCHIVE_UNAVAILABLE'),
};

function again(code: 'TEMPORAL_UNREACHABLE' | 'ARCHIVE_UNAVAILABLE'): VideoIdError {
  return new VideoIdError(code, 'The callback cannot be delivered now.', {
    remedy: 'Send it again after `Retry-After`.',
  });
}

const PATH = '/webhooks/uanataca/:token';

/**
 * `POST /webhooks/uanataca/<token>`: makes a callback a `hint` signal without argument. The answer is sent only after the signal
 * has arrived: if the provider repeats unanswered callbacks, a failed one comes again.
 */
export function createWebhooks(parts: WebhookParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const log = new CallbackLog(parts.logger);
  const sourceOf = (token: string): HintSource | undefined => {
    const source = parts.tokens.find(token);
    if (source === undefined) {
      parts.metrics.hints.add({ result: 'wrong-token' });
      parts.counts.wrong(token);
    } else parts.counts.known(source);
    return source;
  };
  app.post(PATH, async (context) => {
    const source = sourceOf(context.req.param('token'));
    if (source === undefined) return answerFailure(noSuchCall());
    const { incoming } = context.env;
    const { result, body, pause } = await takeHint(parts, source, incoming);
    parts.metrics.hints.add({ result });
    const failure = FAILURE_OF[result]?.(parts.limits);
    const answer =
      failure === undefined
        ? new Response(null, { status: 200 })
        : answerFailure(failure, pause === undefined ? {} : { 'Retry-After': String(pause) });
    log.add({ source, incoming, body, result, httpStatus: answer.status });
    return answer;
  });
  app.all(PATH, (context) => {
    const source = sourceOf(context.req.param('token'));
    // Without the token, nobody learns that other methods are possible.
    if (source === undefined) return answerFailure(noSuchCall());
    const { environment, registrationAuthority } = source;
    const { method } = context.req;
    parts.logger.warn({ environment, registrationAuthority, method, httpStatus: 405 }, 'a callback by another method');
    return answerUnrouted(app.routes, context.req.path);
  });
  return app;
}

interface Taken {
  result: HintResult;
  /** Undefined if it did not come whole. */
  body?: Buffer;
  /** Seconds until the sender may come again. */
  pause?: number;
}

async function takeHint(parts: WebhookParts, source: HintSource, incoming: HttpBindings['incoming']): Promise<Taken> {
  let body: Buffer;
  try {
    body = await readBody(incoming, parts.limits);
  } catch (error) {
    if (error instanceof BodyNotRead) return { result: error.reason };
    throw error;
  }
  const hint = readHint(callbackContent(body, incoming.headers['content-type']));
  if (typeof hint === 'string') return { body, result: hint };
  return { body, ...(await routeHint(parts, source, hint, body)) };
}

async function routeHint(parts: WebhookParts, source: HintSource, hint: Hint, body: Buffer): Promise<Taken> {
  const payload = `${source.registrationAuthority} ${createHash('sha256').update(body).digest('base64')}`;
  if (parts.delivered.has(payload)) return { result: 'repeated' };
  // Foreign requests count too, so that a 429 does not show which requests are ours.
  const wait = parts.allowance.take(`${source.environment}/${hint.requestPk}`);
  if (wait > 0) return { result: 'too-many', pause: Math.ceil(wait / 1000) };
  // Checked before the look-up: the first callback may come before the index has the request.
  if (!isForwarded(hint.status)) return { result: 'not-forwarded' };
  try {
    const entry = await parts.index.find(source.environment, hint.requestPk);
    if (!entry) return { result: 'foreign' };
    if (!isForwarded(hint.status, entry.flow)) return { result: 'not-forwarded' };
    const result = await deliverHint(parts, source, hint, entry);
    if (result === 'delivered') parts.delivered.add(payload);
    return { result };
  } catch (error) {
    if (error instanceof VideoIdError) return { result: 'index-unavailable' };
    throw error;
  }
}

/** Delivers to the attempt that owns the request now. A later attempt may have reopened or adopted it. */
async function deliverHint(
  { index, deliver }: WebhookParts,
  { environment }: HintSource,
  { requestPk }: Hint,
  entry: IndexEntry,
): Promise<Exclude<Awaited<ReturnType<DeliverHint>>, 'after-end'>> {
  let result = await deliver(entry);
  if (result === 'closed' || result === 'after-end') {
    const now = await index.findAnew(environment, requestPk);
    if (now !== undefined && now.workflowId !== entry.workflowId) result = await deliver(now);
  }
  return result === 'after-end' ? 'delivered' : result;
}
