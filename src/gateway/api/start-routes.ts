import { Hono } from 'hono';
import type { EnrolmentInput, ReopenOrder, Started } from '../../client.js';
import type { Flow } from '../../messages/request.js';
import { type ApiParts, BY_REQUESTER, type Bindings, type Call, orderKey, reference, verbs } from './call.js';
import { readJson } from './call-input.js';
import { receive, receiveUpload } from './upload.js';

/** Calls that start requests of a flow. */
export function startRoutes(parts: ApiParts, flow: Flow): Hono<Bindings> {
  const { client, limits, uploads } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();
  if (flow === 'enrolment') {
    app.post('/', verb('enrol'), async (context) => {
      const received = await receive<EnrolmentInput>(context.env.incoming, parts);
      try {
        return answered(context, 'enrolments', await client.startEnrolment(received.input, orderKey(context)));
      } finally {
        await received.remove();
      }
    });
    return app;
  }
  app.post('/', verb('start'), async (context) => {
    const received = await receiveUpload(context.env.incoming, uploads);
    try {
      return answered(context, 'requests', await client.start(received.input, orderKey(context)));
    } finally {
      await received.remove();
    }
  });
  app.post('/:reference/reopen', verb('reopen'), async (context) => {
    const order = { ...BY_REQUESTER, ...((await readJson(context.env.incoming, limits)) as ReopenOrder) };
    return answered(context, 'requests', await client.reopen(reference(context), order, orderKey(context)));
  });
  return app;
}

function answered(context: Call, place: string, started: Started): Response {
  const location = `/v1/${place}/${encodeURIComponent(started.reference)}?attempt=${started.attempt}`;
  return context.json(started, started.state === 'started' ? 201 : 200, { Location: location });
}
