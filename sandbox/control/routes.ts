import { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { z } from 'zod';
import { Refusal } from '../calls/answers.js';
import { answerProblem } from './problems.js';
import { FAULT_KINDS } from '../faults/kinds.js';
import { personSchema } from '../requests/person.js';
import { CONSOLE_ACTS, VIDEO_RESULTS, type Provider } from '../provider.js';
import type { SignatureRequest } from '../requests/requests.js';
import { STATUSES } from '../requests/statuses.js';

const videoSchema = z.object({ result: z.enum(VIDEO_RESULTS), person: personSchema.optional() });
const consoleSchema = z.object({ do: z.enum(CONSOLE_ACTS), reason: z.string().default('Refused in the console') });
const forgeSchema = z.object({
  /** Whose address it goes to. */
  registrationAuthority: z.string().default('139'),
  request: z.number().int().optional(),
  status: z.enum(STATUSES).or(z.string()).default('ISSUED'),
  event: z.string().default('REQUEST_ENROLLED'),
  shape: z.enum(['event', 'flat']).default('event'),
  /** Sent as it is in place of a made one. */
  body: z.unknown().optional(),
});

/** What tests and scripts steer the sandbox with, under `/sandbox/`; documented in `README.md`. */
export function controlRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const { settings, faults, calls, callbacks, requests } = provider.parts;
  const app = new Hono<{ Bindings: HttpBindings }>();
  const named = (pk: string): SignatureRequest => {
    const request = requests.find(pk) ?? requests.findByVideoidPk(pk);
    if (request === undefined) throw new Refusal(404, `no request ${pk}`);
    return request;
  };

  app.onError(answerProblem);

  app.get('/calls', (context) => context.json(calls.all()));
  app.get('/calls/newest', (context) => context.json(calls.newest(Number(context.req.query('limit') ?? 200))));

  app.get('/requests', (context) => context.json(requests.list().map((request) => viewOf(provider, request))));
  app.get('/requests/:pk', (context) => context.json(viewOf(provider, named(context.req.param('pk')))));
  app.post('/requests/:pk/video', async (context) => {
    const request = named(context.req.param('pk'));
    const order = videoSchema.parse(await context.req.json());
    if (order.person !== undefined) request.person = order.person;
    provider.video(request, order.result);
    return context.json(viewOf(provider, request));
  });
  app.post('/requests/:pk/person', async (context) => {
    const request = named(context.req.param('pk'));
    request.person = personSchema.parse(await context.req.json());
    provider.settle(request);
    return context.json(viewOf(provider, request));
  });
  app.post('/requests/:pk/console', async (context) => {
    const request = named(context.req.param('pk'));
    const order = consoleSchema.parse(await context.req.json());
    provider.console(request, order.do, order.reason);
    return context.json(viewOf(provider, request));
  });
  app.post('/requests/:pk/files', (context) => {
    const request = named(context.req.param('pk'));
    delete request.filesFrom;
    provider.settle(request);
    return context.json(viewOf(provider, request));
  });

  app.get('/phones/:which', (context) => context.json(phoneOf(provider, context.req.param('which'))));

  app.get('/faults', (context) => context.json({ faults: faults.list(), kinds: FAULT_KINDS }));
  app.put('/faults', async (context) => {
    const orders = z.array(z.unknown()).parse(await context.req.json());
    return context.json({ faults: faults.replace(orders) });
  });
  app.post('/faults', async (context) => context.json(faults.add(await context.req.json()), 201));
  app.delete('/faults', (context) => {
    faults.clear();
    return context.json({ faults: [] });
  });
  app.delete('/faults/:id', (context) => context.json({ removed: faults.remove(context.req.param('id')) }));
  app.post('/faults/:id/release', (context) => {
    faults.release(context.req.param('id'));
    return context.json({ released: true });
  });

  app.get('/settings', (context) => context.json(settings.all));
  app.put('/settings', async (context) => context.json(settings.change(await context.req.json())));
  app.delete('/settings', (context) => context.json(settings.reset()));

  app.get('/hooks', (context) => context.json(callbacks.deliveries()));
  app.post('/hooks/forge', async (context) => {
    const order = forgeSchema.parse(await context.req.json());
    const answer = await callbacks.send(order.registrationAuthority, order.body ?? forgedBody(order));
    return context.json({ answer });
  });
  return app;
}

/** Everything about one request that a test may want to know. Holds secrets of made-up people. */
function viewOf(provider: Provider, request: SignatureRequest): Record<string, unknown> {
  const { certificate, ...rest } = request;
  return {
    ...rest,
    link: provider.linkOf(request),
    code: request.code?.value ?? null,
    certificate: certificate === undefined ? null : { serialNumber: certificate.serialNumber },
    calls: provider.parts.calls.ofRequest(request.pk),
  };
}

/** A signer's phone by number, or by request: messages newest first, and the links to the video. */
export function phoneOf(provider: Provider, which: string): PhoneView {
  const all = provider.parts.requests.list();
  const mine = all.filter((request) => request.phone === which || String(request.pk) === which);
  return {
    messages: mine
      .flatMap((request) => request.messages.map((message) => ({ request: request.pk, ...message })))
      .sort((one, other) => (one.at < other.at ? 1 : -1)),
    links: mine.map((request) => ({ request: request.pk, status: request.status, link: provider.linkOf(request) })),
  };
}

export interface PhoneView {
  messages: { request: number; at: string; text: string; code: string }[];
  links: { request: number; status: string; link: string }[];
}

function forgedBody(order: z.output<typeof forgeSchema>): Record<string, unknown> {
  const now = new Date().toISOString();
  const pk = order.request ?? 1;
  const registrationAuthority = Number(order.registrationAuthority);
  if (order.shape === 'flat') {
    return {
      status: order.status,
      date: `${now.slice(0, 23)}000`,
      previous_status: 'VIDEOPENDING',
      request: pk,
      registration_authority: registrationAuthority,
    };
  }
  return {
    event_type: order.event,
    sent_at: now.replaceAll(/[-:T]/g, '').slice(0, 14),
    request: { status: order.status, registration_authority: registrationAuthority, pk },
    certificates: [],
  };
}
