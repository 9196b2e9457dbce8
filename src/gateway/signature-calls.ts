import { Hono } from 'hono';
import type { PlainAcceptance, PlainSignOrder, ReopenOrder, Started } from '../client.js';
import {
  type ApiParts,
  BY_REQUESTER,
  type Bindings,
  type Call,
  callOptions,
  orderKey,
  reference,
  verbs,
} from './api-call.js';
import { readJson } from './api-input.js';
import { receiveUpload } from './upload.js';

/** The verbs that only signature requests have. */
export function signatureCalls(parts: ApiParts): Hono<Bindings> {
  const { client, limits } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();

  app.post('/', verb('start'), async (context) => {
    const received = await receiveUpload(context.env.incoming, parts.uploads);
    try {
      return startedAnswer(context, await client.start(received.input, orderKey(context)));
    } finally {
      await received.remove();
    }
  });
  app.post('/:reference/reopen', verb('reopen'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as ReopenOrder;
    return startedAnswer(
      context,
      await client.reopen(reference(context), { ...BY_REQUESTER, ...order }, orderKey(context)),
    );
  });
  app.post('/:reference/accept', verb('accept'), async (context) => {
    const acceptance = (await readJson(context.env.incoming, limits)) as PlainAcceptance;
    return context.json(await client.accept(reference(context), acceptance, callOptions(context, 'signature')));
  });
  app.post('/:reference/code', verb('code'), async (context) => {
    const acceptance = (await readJson(context.env.incoming, limits)) as PlainAcceptance;
    return context.json(await client.requestCode(reference(context), acceptance, callOptions(context, 'signature')));
  });
  app.post('/:reference/sign', verb('sign'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as PlainSignOrder;
    return context.json(await client.sign(reference(context), order, callOptions(context, 'signature')));
  });
  return app;
}

function startedAnswer(context: Call, started: Started): Response {
  const place = `/v1/requests/${encodeURIComponent(started.reference)}?attempt=${started.attempt}`;
  return context.json(started, started.state === 'started' ? 201 : 200, { Location: place });
}
