import { readFile } from 'node:fs/promises';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../calls/answers.js';
import type { Provider } from '../provider.js';
import { contractOf, enrol } from '../registration-authority/issuing.js';
import { operate, OPERATOR_ACTS } from '../registration-authority/operator.js';
import { carryOutForm } from './form.js';
import { inboxesPage, inboxPage } from './inbox.js';
import { operatorPage } from './operator.js';
import { selfServicePage } from './self-service.js';
import { unknownLinkPage } from './video-session.js';

const decisionSchema = z.object({ do: z.enum(OPERATOR_ACTS), reason: z.string().default('') });

/** The pages of enrolments: the signer's inbox and self-service, the provider's operator. */
export function enrolmentPageRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const { requests } = provider.parts;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.get('/inbox', (context) => context.html(inboxesPage(provider)));
  app.get('/inbox/:address', (context) => context.html(inboxPage(provider, context.req.param('address'))));

  app.get('/operator', (context) => context.html(operatorPage(provider)));
  app.post('/operator/:pk', async (context) => {
    const request = requests.findEnrolment(context.req.param('pk'));
    const { do: act, reason } = decisionSchema.parse(await context.req.parseBody());
    const decide = (): void => {
      if (request === undefined) throw new Refusal(404, 'There is no such enrolment.');
      operate(provider, request, act, reason);
    };
    return carryOutForm(context, decide, { page: '/operator', again: (problem) => operatorPage(provider, problem) });
  });

  app.get('/lcmpl/enrollment/auth/:token', (context) => {
    const request = requests.findByEnrolToken(context.req.param('token'));
    return request === undefined ? context.html(unknownLinkPage(), 404) : context.html(selfServicePage(request));
  });
  app.get('/lcmpl/enrollment/auth/:token/contract', async (context) => {
    const request = requests.findByEnrolToken(context.req.param('token'));
    if (request === undefined) return context.html(unknownLinkPage(), 404);
    const bytes = await readFile(await contractOf(provider, request));
    return context.body(new Uint8Array(bytes), 200, { 'content-type': 'application/pdf' });
  });
  app.post('/lcmpl/enrollment/auth/:token', async (context) => {
    const request = requests.findByEnrolToken(context.req.param('token'));
    if (request === undefined) return context.html(unknownLinkPage(), 404);
    return carryOutForm(context, () => enrol(provider, request), {
      page: context.req.path,
      again: (problem) => selfServicePage(request, problem),
    });
  });
  return app;
}
