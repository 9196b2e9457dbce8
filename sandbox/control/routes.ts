import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { compactDate, dateWithoutZone } from '../callbacks/payloads.js';
import { Refusal } from '../calls/answers.js';
import { FAULT_KINDS } from '../faults/kinds.js';
import type { Provider } from '../provider.js';
import type { Scratchcard } from '../registration-authority/scratchcards.js';
import { STATUSES } from '../requests/statuses.js';
import { BadSettings } from '../settings/store.js';
import { requestRoutes } from './request-routes.js';
import { mailsOf, phoneOf, stockOf } from './views.js';

const cardsSchema = z.object({
  registrationAuthority: z.string(),
  amount: z.number().int().positive().max(10_000),
  secrets: z
    .strictObject({ erc: z.string(), enrollment_code: z.string(), pin: z.string(), puk: z.string() })
    .optional(),
});
const forgedSchema = z.object({
  /** The registration authority whose address it goes to. */
  registrationAuthority: z.string().default('139'),
  request: z.number().int().optional(),
  status: z.enum(STATUSES).or(z.string()).default('ISSUED'),
  event: z.string().default('REQUEST_ENROLLED'),
  shape: z.enum(['event', 'flat']).default('event'),
  /** Sent unchanged, in place of a generated body. */
  body: z.unknown().optional(),
});

/** The routes under `/sandbox/`, with which tests and scripts control the sandbox. They are documented in `README.md`. */
export function controlRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const { settings, faults, calls, callbacks, scratchcards } = provider.parts;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError(answerProblem);

  app.route('/requests', requestRoutes(provider));
  app.get('/phones/:which', (context) => context.json(phoneOf(provider, context.req.param('which'))));
  app.get('/inboxes/:which', (context) => context.json({ mails: mailsOf(provider, context.req.param('which')) }));

  app.get('/scratchcards', (context) => context.json(stockOf(provider)));
  app.post('/scratchcards', async (context) => {
    const { registrationAuthority, amount, secrets } = cardsSchema.parse(await context.req.json());
    scratchcards.add(registrationAuthority, amount, secrets);
    return context.json(stockOf(provider), 201);
  });
  app.get('/scratchcards/:sn', (context) => {
    const found = card(context.req.param('sn'));
    return context.json({ ...found, used: scratchcards.isUsed(found) });
  });
  app.post('/scratchcards/:sn/use', (context) => {
    const found = card(context.req.param('sn'));
    scratchcards.useElsewhere(found);
    return context.json({ ...found, used: true });
  });

  app.get('/calls', (context) => context.json(calls.all()));
  app.get('/calls/newest', (context) => context.json(calls.newest(Number(context.req.query('limit') ?? 200))));

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
    const order = forgedSchema.parse(await context.req.json());
    const answer = await callbacks.send(order.registrationAuthority, order.body ?? forgedBody(order));
    return context.json({ answer });
  });
  return app;

  function card(sn: string): Scratchcard {
    const found = scratchcards.find(sn);
    if (found === undefined) throw new Refusal(404, `no scratchcard ${sn}`);
    return found;
  }
}

/** A control call that cannot be carried out answers `{"error": "…"}`. */
function answerProblem(error: Error, context: Context): Response {
  if (error instanceof Refusal) return context.json({ error: error.words }, error.status === 404 ? 404 : 409);
  if (error instanceof z.ZodError) return context.json({ error: z.prettifyError(error) }, 400);
  if (error instanceof BadSettings || error instanceof SyntaxError) return context.json({ error: error.message }, 400);
  return context.json({ error: 'failed' }, 500);
}

function forgedBody(order: z.output<typeof forgedSchema>): Record<string, unknown> {
  const now = new Date().toISOString();
  const pk = order.request ?? 1;
  const registrationAuthority = Number(order.registrationAuthority);
  if (order.shape === 'flat') {
    return {
      status: order.status,
      date: dateWithoutZone(now),
      previous_status: 'VIDEOPENDING',
      request: pk,
      registration_authority: registrationAuthority,
    };
  }
  return {
    event_type: order.event,
    sent_at: compactDate(now),
    request: { status: order.status, registration_authority: registrationAuthority, pk },
    certificates: [],
  };
}
