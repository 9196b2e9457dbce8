import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { IndexEntry } from '../../archive/archive.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Logger } from '../../logging/logger.js';
import { BodyNotRead, type BodyLimits, readBody } from '../body.js';
import type { CachedIndex } from './cached-index.js';
import type { CallbackCounts, KnownToken } from './callback-counts.js';
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

/** The answer for every result. Bodies are always empty. A stranger gets the same answer as for any unknown path. */
const STATUS_OF: Record<HintResult, number> = {
  delivered: 200,
  repeated: 200,
  foreign: 200,
  closed: 200,
  'not-forwarded': 200,
  'no-request': 200,
  garbage: 400,
  'broken-off': 400,
  'too-slow': 408,
  'too-large': 413,
  'too-many': 429,
  'wrong-token': 404,
  'temporal-unreachable': 503,
  'index-unavailable': 503,
};

/** Seconds that a sender should wait if we cannot deliver. The request also polls, so nothing is lost. */
const RETRY_AFTER = 10;

/**
 * `POST /webhooks/uanataca/<token>`: makes a callback a `hint` signal without argument. The answer is sent only after the signal
 * has arrived: if the provider repeats unanswered callbacks, a failed one comes again.
 */
export function createWebhooks(parts: WebhookParts): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.post('/webhooks/uanataca/:token', async (context) => {
    const token = context.req.param('token');
    const source = parts.tokens.find(token);
    if (source) parts.counts.known(source);
    else parts.counts.wrong(token);
    const { result, hint, pause } = source
      ? await takeHint(parts, source, context.env.incoming)
      : { result: 'wrong-token' as const };
    parts.metrics.hints.add({ result });
    if (source) {
      // Logs only a documented status word, never other text of the sender.
      const { environment, registrationAuthority } = source;
      parts.logger.info(
        { environment, registrationAuthority, reason: result, providerStatus: hint?.status ?? 'other' },
        'hint',
      );
    }
    const wait = result === 'temporal-unreachable' || result === 'index-unavailable' ? RETRY_AFTER : pause;
    return new Response(null, {
      status: STATUS_OF[result],
      headers: wait === undefined ? {} : { 'Retry-After': String(wait) },
    });
  });
  return app;
}

interface Taken {
  result: HintResult;
  hint?: Hint;
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
  const hint = readHint(body);
  if (typeof hint === 'string') return { result: hint };
  return { hint, ...(await routeHint(parts, source, hint, body)) };
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

/** Delivers to the attempt that owns the request now. A later attempt may have reopened it. */
async function deliverHint(
  { index, deliver }: WebhookParts,
  { environment }: HintSource,
  { requestPk }: Hint,
  entry: IndexEntry,
): Promise<Awaited<ReturnType<DeliverHint>>> {
  const result = await deliver(entry);
  if (result !== 'closed') return result;
  const now = await index.findAnew(environment, requestPk);
  return now === undefined || now.workflowId === entry.workflowId ? result : deliver(now);
}
