import { Hono } from 'hono';
import type { EnrolmentInput, ReopenOrder, ResumeOrder, Started } from '../../client.js';
import type { Flow } from '../../messages/request.js';
import { type ApiParts, BY_REQUESTER, type Bindings, type Call, orderKey, query, reference, verbs } from './call.js';
import { readJson, requestQuery } from './call-input.js';
import { receive, receiveUpload } from './upload.js';

const PLACES: Record<Flow, string> = { signature: 'requests', enrolment: 'enrolments' };

/** Calls that start requests of a flow. */
export function startRoutes(parts: ApiParts, flow: Flow): Hono<Bindings> {
  const { client, limits, uploads } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();
  app.post('/:reference/resume', verb('resume'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as ResumeOrder;
    const options = query(context, requestQuery, flow);
    return answered(context, PLACES[flow], await client.resume(reference(context), order, options));
  });
  if (flow === 'enrolment') {
    app.post('/', verb('enrol'), async (context) => {
      const received = await receive<EnrolmentInput>(context.env.incoming, parts);
      try {
        return answered(context, PLACES.enrolment, await client.startEnrolment(received.input, orderKey(context)));
      } finally {
        await received.remove();
      }
    });
    return app;
  }
  app.post('/', verb('start'), async (context) => {
    const received = await receiveUpload(context.env.incoming, uploads);
    try {
      return answered(context, PLACES.signature, await client.start(received.input, orderKey(context)));
    } finally {
      await received.remove();
    }
  });
  app.post('/:reference/reopen', verb('reopen'), async (context) => {
    const order = { ...BY_REQUESTER, ...((await readJson(context.env.incoming, limits)) as ReopenOrder) };
    return answered(context, PLACES.signature, await client.reopen(reference(context), order, orderKey(context)));
  });
  return app;
}

function answered(context: Call, place: string, started: Started): Response {
  const location = `/v1/${place}/${encodeURIComponent(started.reference)}?attempt=${started.attempt}`;
  return context.json(started, started.state === 'started' ? 201 : 200, { Location: location });
}
