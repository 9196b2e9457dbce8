import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../calls/answers.js';
import { answerProblem } from './problems.js';
import { personSchema } from '../requests/person.js';
import { VIDEO_RESULTS, type Provider } from '../provider.js';
import type { Enrolment, Mail } from '../registration-authority/enrolment.js';
import { enrol } from '../registration-authority/issuing.js';
import { missingFields } from '../registration-authority/completeness.js';
import { operate, OPERATOR_ACTS } from '../registration-authority/operator.js';
import type { Scratchcard } from '../registration-authority/scratchcards.js';

const videoSchema = z.object({ result: z.enum(VIDEO_RESULTS), person: personSchema.optional() });
const operatorSchema = z.object({ do: z.enum(OPERATOR_ACTS), reason: z.string().default('Refused by the operator') });
const cardsSchema = z.object({
  registrationAuthority: z.string(),
  amount: z.number().int().positive().max(10_000),
  secrets: z
    .strictObject({ erc: z.string(), enrollment_code: z.string(), pin: z.string(), puk: z.string() })
    .optional(),
});

/** What tests and scripts steer enrolments with, under `/sandbox/ra/`; documented in `README.md`. */
export function raControlRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const { requests, scratchcards } = provider.parts;
  const app = new Hono<{ Bindings: HttpBindings }>();
  const named = (pk: string): Enrolment => {
    const request = requests.findEnrolment(pk);
    if (request === undefined) throw new Refusal(404, `no enrolment ${pk}`);
    return request;
  };
  const card = (sn: string): Scratchcard => {
    const found = scratchcards.find(sn);
    if (found === undefined) throw new Refusal(404, `no scratchcard ${sn}`);
    return found;
  };
  app.onError(answerProblem);

  app.get('/requests', (context) => context.json(requests.enrolments().map((each) => viewOf(provider, each))));
  app.get('/requests/:pk', (context) => context.json(viewOf(provider, named(context.req.param('pk')))));
  app.post('/requests/:pk/video', async (context) => {
    const request = named(context.req.param('pk'));
    const order = videoSchema.parse(await context.req.json());
    if (order.person !== undefined) request.person = order.person;
    provider.video(request, order.result);
    return context.json(viewOf(provider, request));
  });
  app.post('/requests/:pk/operator', async (context) => {
    const request = named(context.req.param('pk'));
    const order = operatorSchema.parse(await context.req.json());
    operate(provider, request, order.do, order.reason);
    return context.json(viewOf(provider, request));
  });
  app.post('/requests/:pk/enrol', async (context) => {
    const request = named(context.req.param('pk'));
    await enrol(provider, request);
    return context.json(viewOf(provider, request));
  });

  app.get('/inboxes/:which', (context) => context.json({ mails: mailsOf(provider, context.req.param('which')) }));

  app.get('/scratchcards', (context) => context.json(stockOf(provider)));
  app.post('/scratchcards', async (context) => {
    const order = cardsSchema.parse(await context.req.json());
    scratchcards.add(order.registrationAuthority, order.amount, order.secrets);
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
  return app;
}

/** E-mails to one address, or about one request; newest first. */
export function mailsOf(provider: Provider, which: string): (Mail & { request: number; status: string })[] {
  return provider.parts.requests
    .enrolments()
    .filter((request) => request.email === which || String(request.pk) === which)
    .flatMap(({ mails, pk, status }) => mails.map((mail) => ({ request: pk, status, ...mail })))
    .sort((one, other) => (one.at < other.at ? 1 : -1));
}

/** Cards by registration authority. */
export function stockOf(provider: Provider): Record<string, { all: number; used: number; unused: number }> {
  const { scratchcards, settings } = provider.parts;
  return Object.fromEntries(
    Object.keys(settings.all.registrationAuthorities).map((id) => {
      const cards = scratchcards.list(id);
      const used = cards.filter((each) => scratchcards.isUsed(each)).length;
      return [id, { all: cards.length, used, unused: cards.length - used }];
    }),
  );
}

/** Everything about one enrolment that a test may want to know. Holds secrets of made-up people. */
function viewOf(provider: Provider, request: Enrolment): Record<string, unknown> {
  const { certificate, ...rest } = request;
  return {
    ...rest,
    link: provider.linkOf(request),
    enrolLink: provider.enrolLinkOf(request),
    missing: missingFields(request),
    secrets: provider.parts.scratchcards.find(request.scratchcard)?.secrets ?? null,
    certificate: certificate === undefined ? null : { serialNumber: certificate.serialNumber },
    calls: provider.parts.calls.ofRequest(request.pk),
  };
}
