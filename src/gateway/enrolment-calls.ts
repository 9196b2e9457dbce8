import { Hono } from 'hono';
import type { EnrolmentInput, Provision, ReadOrder } from '../client.js';
import { profileCatalogue, profileEntry } from '../messages/profile-catalogue.js';
import type { PreauthLinkOrder } from '../messages/steering.js';
import {
  type ApiParts,
  BY_REQUESTER,
  type Bindings,
  callOptions,
  type Call,
  CHANNEL,
  orderKey,
  query,
  reference,
  verbs,
} from './api-call.js';
import { readJson, requestQuery } from './api-input.js';
import { answerFile } from './file-answer.js';
import { type Received, receiveUpload, withoutDocuments } from './upload.js';

/** The verbs that only enrolments have. */
export function enrolmentCalls(parts: ApiParts): Hono<Bindings> {
  const { client, limits, logger } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();

  app.post('/', verb('enrol'), async (context) => {
    const received = await receive<EnrolmentInput>(context, parts);
    try {
      const started = await client.startEnrolment(received.input, orderKey(context));
      const place = `/v1/enrolments/${encodeURIComponent(started.reference)}?attempt=${started.attempt}`;
      return context.json(started, started.state === 'started' ? 201 : 200, { Location: place });
    } finally {
      await received.remove();
    }
  });
  app.post('/:reference/provide', verb('provide'), async (context) => {
    const received = await receive<Provision>(context, parts);
    try {
      const provision = { ...BY_REQUESTER, ...received.input };
      return context.json(await client.provide(reference(context), provision, callOptions(context, 'enrolment')));
    } finally {
      await received.remove();
    }
  });
  app.get('/:reference/declaration', verb('declaration'), async (context) => {
    const options = { ...query(context, requestQuery, 'enrolment'), ...CHANNEL };
    const file = await client.declaration(reference(context), options);
    const name = 'declaration.txt';
    return answerFile({ ...file, name, type: 'text/plain; charset=utf-8' }, context.env.outgoing, logger);
  });
  app.post('/:reference/preauth-link', verb('preauth-link'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as PreauthLinkOrder;
    const options = { ...callOptions(context, 'enrolment'), ...CHANNEL };
    return context.json(await client.preauthLink(reference(context), { ...BY_REQUESTER, ...order }, options));
  });
  app.post('/:reference/secrets', verb('secrets'), async (context) => {
    const order = (await readJson(context.env.incoming, limits)) as ReadOrder;
    const options = query(context, requestQuery, 'enrolment');
    return context.json(await client.secrets(reference(context), { ...BY_REQUESTER, ...order, ...CHANNEL }, options));
  });
  return app;
}

/** The certificate profiles that enrolments can ask for. */
export function profileCalls(parts: ApiParts): Hono<Bindings> {
  const verb = verbs(parts);
  const app = new Hono<Bindings>();
  app.get('/', verb('profiles'), (context) => context.json({ profiles: profileCatalogue() }));
  app.get('/:name', verb('profiles'), (context) => context.json(profileEntry(context.req.param('name'))));
  return app;
}

/** With documents it is multipart, as for signature requests; without, JSON will do. */
async function receive<Input>(context: Call, { uploads, limits }: ApiParts): Promise<Received<Input>> {
  const { incoming } = context.env;
  if (!/^application\/json\b/i.test(incoming.headers['content-type'] ?? ''))
    return await receiveUpload(incoming, uploads);
  const input = withoutDocuments(await readJson(incoming, limits)) as Input;
  return { input, remove: async () => undefined };
}
