import { Hono } from 'hono';
import type { PlainResolution, PlainReviewDecision } from '../client.js';
import type { Flow } from '../messages/request.js';
import type { CancelOrder } from '../messages/steering.js';
import {
  type ApiParts,
  BY_REQUESTER,
  type Bindings,
  callOptions,
  CHANNEL,
  query,
  reference,
  verbs,
} from './api-call.js';
import {
  fileQuery,
  identityQuery,
  listQuery,
  outcomeQuery,
  readDocumentIndex,
  readJson,
  requestQuery,
} from './api-input.js';
import { answerEvents } from './events.js';
import { answerFile } from './file-answer.js';

/** The verbs that requests of both flows have, for one of them. */
export function requestCalls(parts: ApiParts, flow: Flow): Hono<Bindings> {
  const { client, limits } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();

  app.get('/', verb('list'), async (context) =>
    context.json({ requests: await client.list(query(context, listQuery, flow)) }),
  );
  app.get('/:reference', verb('status'), async (context) =>
    context.json(await client.status(reference(context), query(context, requestQuery, flow))),
  );
  app.get('/:reference/events', verb('watch'), async (context) => {
    const options = query(context, requestQuery, flow);
    return await answerEvents(
      context,
      (signal) => client.watch(reference(context), { ...options, signal }),
      parts.stop,
    );
  });
  app.get('/:reference/link', verb('link'), async (context) =>
    context.json(await client.link(reference(context), { ...query(context, requestQuery, flow), ...CHANNEL })),
  );
  app.get('/:reference/identity', verb('identity'), async (context) => {
    const { officer, ...options } = query(context, identityQuery, flow);
    const actor = officer === undefined ? {} : ({ actor: { kind: 'officer', id: officer } } as const);
    return context.json(await client.identity(reference(context), { ...options, ...actor, ...CHANNEL }));
  });
  app.get('/:reference/documents', verb('documents'), async (context) =>
    context.json({ documents: await client.documents(reference(context), query(context, requestQuery, flow)) }),
  );
  app.get('/:reference/documents/:index', verb('document'), async (context) => {
    const index = readDocumentIndex(context.req.param('index'));
    const options = { ...query(context, fileQuery, flow), ...CHANNEL };
    const file = await client.document(reference(context), index, options);
    return answerFile(file, context.env.outgoing, parts.logger);
  });
  app.get('/:reference/contract', verb('contract'), async (context) => {
    const file = await client.contract(reference(context), { ...query(context, fileQuery, flow), ...CHANNEL });
    return answerFile({ ...file, name: 'contract.pdf' }, context.env.outgoing, parts.logger);
  });
  app.get('/:reference/outcome', verb('outcome'), async (context) => {
    const { wait = 0, ...options } = query(context, outcomeQuery, flow);
    if (wait > 0) await untilEnded(parts, reference(context), options, wait * 1000);
    return context.json(await client.outcome(reference(context), options));
  });

  app.post('/:reference/review', verb('review'), async (context) => {
    const decision = (await readJson(context.env.incoming, limits)) as PlainReviewDecision;
    return context.json(await client.review(reference(context), decision, callOptions(context, flow)));
  });
  app.post('/:reference/cancel', verb('cancel'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as CancelOrder;
    await client.cancel(reference(context), { ...BY_REQUESTER, ...order }, callOptions(context, flow));
    return context.body(null, 204);
  });
  app.post('/:reference/resolve', verb('resolve'), async (context) => {
    const resolution = (await readJson(context.env.incoming, limits)) as PlainResolution;
    await client.resolve(reference(context), resolution, callOptions(context, flow));
    return context.body(null, 204);
  });
  return app;
}

/** Returns when the request has ended, the time is over, or the gateway stops. */
async function untilEnded(
  { client, stop }: ApiParts,
  name: string,
  options: { flow: Flow; attempt?: number },
  milliseconds: number,
): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(milliseconds)]);
  try {
    for await (const { stage } of client.watch(name, { ...options, signal })) {
      if (stage === 'ended') return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
