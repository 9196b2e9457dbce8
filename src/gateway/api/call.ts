import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { VideoIdClient } from '../../client.js';
import type { Logger } from '../../logging/logger.js';
import { defined } from '../../messages/defined.js';
import type { Flow } from '../../messages/request.js';
import { readQuery, requestQuery } from './call-input.js';
import type { BodyLimits } from '../../http/body.js';
import type { KnownSecrets } from '../known-secrets.js';
import type { GatewayMetrics } from '../metrics.js';
import type { UploadLimits } from './upload.js';

/** The parts that serve the calls of the API. */
export interface ApiParts {
  client: Omit<VideoIdClient, 'close'>;
  tokens: KnownSecrets<true>;
  /** For JSON bodies. */
  limits: BodyLimits;
  uploads: UploadLimits;
  metrics: GatewayMetrics;
  logger: Logger;
  /** Aborted when the gateway stops. Calls that only wait or watch end then. */
  stop: AbortSignal;
}

export type Bindings = { Bindings: HttpBindings; Variables: { verb: string } };
export type Call = Context<Bindings, string>;

/** Where links and files were shown, for the evidence. */
export const CHANNEL = { channel: 'api' };

/** The caller with the token is the requester, unless the call names another actor. */
export const BY_REQUESTER = { actor: { kind: 'requester' } } as const;

/** Names a call for the counters. They count it with any result. */
export function verbs({ metrics }: ApiParts) {
  return (name: string) =>
    async (context: Call, next: () => Promise<void>): Promise<void> => {
      context.set('verb', name);
      await next();
      metrics.calls.add({ verb: name, status: context.res.status });
    };
}

export function reference(context: Call): string {
  return context.req.param('reference') ?? '';
}

/** The query of a call, and the flow of its path. */
export function query<Schema extends z.ZodType<object>>(
  context: Call,
  schema: Schema,
  flow: Flow,
): z.output<Schema> & { flow: Flow } {
  return { ...readQuery(context.req.url, schema), flow };
}

/** The caller's key for one human action. */
export function orderKey(context: Call): { updateId?: string } {
  const updateId = context.req.header('idempotency-key');
  return defined({ updateId });
}

/** The options of a verb that gives an order. */
export function callOptions(context: Call, flow: Flow): { flow: Flow; attempt?: number; updateId?: string } {
  return { ...query(context, requestQuery, flow), ...orderKey(context) };
}
