import { Hono } from 'hono';
import type { PlainCorrection, PlainExtension, ResolveAllOrder, ResetOrder } from '../client.js';
import type { Flow } from '../messages/request.js';
import type { AbandonOrder, NewVideoOrder } from '../messages/steering.js';
import {
  type ApiParts,
  BY_REQUESTER,
  type Bindings,
  callOptions,
  orderKey,
  query,
  reference,
  verbs,
} from './api-call.js';
import { feedQuery, readJson, readQuery, requestQuery } from './api-input.js';

/** What people do when a request does not go as planned, for one flow. */
export function troubleCalls(parts: ApiParts, flow: Flow): Hono<Bindings> {
  const { client, limits } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();
  app.get('/:reference/why', verb('why'), async (context) =>
    context.json(await client.why(reference(context), query(context, requestQuery, flow))),
  );
  app.post('/:reference/new-video', verb('new-video'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as NewVideoOrder;
    const made = await client.newVideo(reference(context), { ...BY_REQUESTER, ...order }, callOptions(context, flow));
    return context.json(made);
  });
  app.post('/:reference/correct', verb('correct'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as PlainCorrection;
    return context.json(
      await client.correct(reference(context), { ...BY_REQUESTER, ...order }, callOptions(context, flow)),
    );
  });
  app.post('/:reference/extend', verb('extend'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as PlainExtension;
    return context.json(
      await client.extend(reference(context), { ...BY_REQUESTER, ...order }, callOptions(context, flow)),
    );
  });
  app.post('/:reference/reset', verb('reset'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as ResetOrder;
    return context.json(
      await client.reset(reference(context), { ...BY_REQUESTER, ...order }, callOptions(context, flow)),
    );
  });
  app.post('/:reference/abandon', verb('abandon'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as AbandonOrder;
    const { outcome } = await client.abandon(
      reference(context),
      { ...BY_SIGNER, ...order },
      callOptions(context, flow),
    );
    return context.json({ outcome, ...(outcome === 'abandoned' ? { next: NEW_ATTEMPT } : {}) });
  });
  return app;
}

/** What concerns many requests, of either flow. */
export function generalCalls(parts: ApiParts): Hono<Bindings> {
  const { client, limits } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();
  app.get('/conditions', verb('conditions'), async (context) =>
    context.json({ conditions: await client.conditions() }),
  );
  app.get('/feed', verb('feed'), async (context) =>
    context.json(await client.feed(readQuery(context.req.url, feedQuery))),
  );
  app.post('/resolve', verb('resolve-all'), async (context) =>
    context.json(
      await client.resolveAll((await readJson(context.env.incoming, limits)) as ResolveAllOrder, orderKey(context)),
    ),
  );
  return app;
}

/** It is the signer who says that it cannot go on like this, whoever passes it on. */
const BY_SIGNER = { actor: { kind: 'signer' } } as const;

const NEW_ATTEMPT =
  'Start again under the same reference with newAttempt: true, and the right data if that was the trouble. The video is done again, and billed again.';
