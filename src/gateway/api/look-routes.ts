import { Hono } from 'hono';
import type { ListOptions, ReadOrder } from '../../client.js';
import { beginWaiting, hasGone, unheard } from '../../http/waiting.js';
import { defined } from '../../messages/defined.js';
import type { Outcome } from '../../messages/outcome.js';
import type { Flow } from '../../messages/request.js';
import { type ApiParts, BY_REQUESTER, type Bindings, type Call, CHANNEL, query, reference, verbs } from './call.js';
import {
  eventsQuery,
  fileQuery,
  identityQuery,
  listQuery,
  outcomeQuery,
  readDocumentIndex,
  readJson,
  requestQuery,
  statusQuery,
} from './call-input.js';
import { answerEvents, lastKnown } from './events.js';
import { answerFile } from './file-answer.js';

/** Calls that ask about the requests of a flow. */
export function lookRoutes(parts: ApiParts, flow: Flow): Hono<Bindings> {
  const { client, limits, logger } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();

  app.get('/', verb('list'), async (context) => context.json(await client.list(query(context, listQuery, flow))));
  // Personal data belongs into a body.
  app.post('/list', verb('list'), async (context) => {
    const options = (await readJson(context.env.incoming, limits)) as ListOptions;
    return context.json(await client.list({ ...options, flow }));
  });
  app.get('/:reference', verb('status'), async (context) =>
    context.json(await client.status(reference(context), statusOptions(query(context, statusQuery, flow)))),
  );
  app.get('/:reference/events', verb('watch'), async (context) => {
    const { after: given, ...options } = query(context, eventsQuery, flow);
    const known = lastKnown(context, given);
    const follow = (signal: AbortSignal) =>
      client.changesTogether(reference(context), { ...options, ...known, signal });
    return await answerEvents(context, follow, parts.stop);
  });
  app.get('/:reference/why', verb('why'), async (context) =>
    context.json(await client.why(reference(context), query(context, requestQuery, flow))),
  );
  app.get('/:reference/link', verb('link'), async (context) => {
    const { signal, end } = beginWaiting(context.env.outgoing);
    try {
      const options = { ...query(context, requestQuery, flow), ...CHANNEL, signal };
      return context.json(await client.link(reference(context), options));
    } finally {
      end();
    }
  });
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
    return answerFile(file, context.env.outgoing, logger);
  });
  app.get('/:reference/contract', verb('contract'), async (context) => {
    const file = await client.contract(reference(context), { ...query(context, fileQuery, flow), ...CHANNEL });
    return answerFile({ ...file, name: 'contract.pdf' }, context.env.outgoing, logger);
  });
  app.get('/:reference/outcome', verb('outcome'), async (context) => {
    const { wait = 0, ...options } = query(context, outcomeQuery, flow);
    const outcome = await endedWithin(parts, context, options, wait * 1000);
    if (hasGone(context.env.outgoing)) return unheard();
    return context.json(outcome ?? (await client.outcome(reference(context), options)));
  });
  if (flow === 'signature') return app;
  app.get('/:reference/declaration', verb('declaration'), async (context) => {
    const file = await client.declaration(reference(context), { ...query(context, requestQuery, flow), ...CHANNEL });
    const text = { ...file, name: 'declaration.txt', type: 'text/plain; charset=utf-8' };
    return answerFile(text, context.env.outgoing, logger);
  });
  app.post('/:reference/secrets', verb('secrets'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as ReadOrder;
    const reader = { ...BY_REQUESTER, ...order, ...CHANNEL };
    return context.json(await client.secrets(reference(context), reader, query(context, requestQuery, flow)));
  });
  return app;
}

function statusOptions({ event: atLeast, ...options }: { event?: number; attempt?: number; flow: Flow }) {
  return { ...options, ...defined({ atLeast }) };
}

/** The outcome. Undefined if the time is over first, the caller has gone, or the gateway stops. */
async function endedWithin(
  { client, stop }: ApiParts,
  context: Call,
  options: { flow: Flow; attempt?: number },
  milliseconds: number,
): Promise<Outcome | undefined> {
  if (milliseconds === 0) return undefined;
  const { signal, end } = beginWaiting(context.env.outgoing, { within: milliseconds, stop });
  try {
    return await client.outcome(reference(context), { ...options, wait: true, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  } finally {
    end();
  }
}
