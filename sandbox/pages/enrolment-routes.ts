import { readFile } from 'node:fs/promises';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Provider } from '../provider.js';
import { contractOf, enrol } from '../registration-authority/issuing.js';
import { operate, OPERATOR_ACTS } from '../registration-authority/operator.js';
import { inboxesPage, inboxPage } from './inbox.js';
import { operatorPage } from './operator.js';
import { problemOf } from './problem.js';
import { selfServicePage } from './self-service.js';
import { unknownLinkPage } from './video-session.js';

const actSchema = z.enum(OPERATOR_ACTS);

/** The pages of enrolments: the signer's inbox and self-service, the provider's operator. */
export function enrolmentPageRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const { requests } = provider.parts;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.get('/inbox', (context) => context.html(inboxesPage(provider)));
  app.get('/inbox/:address', (context) => context.html(inboxPage(provider, context.req.param('address'))));

  app.get('/operator', (context) => context.html(operatorPage(provider)));
  app.post('/operator/:pk', async (context) => {
    const request = requests.findEnrolment(context.req.param('pk'));
    const form = await context.req.parseBody();
    const act = actSchema.parse(form['do']);
    const reason = typeof form['reason'] === 'string' ? form['reason'] : '';
    const problem =
      request === undefined
        ? 'There is no such enrolment.'
        : await problemOf(() => operate(provider, request, act, reason));
    return problem === undefined
      ? context.redirect('/operator', 303)
      : context.html(operatorPage(provider, problem), 409);
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
    const problem = await problemOf(async () => enrol(provider, request));
    return problem === undefined
      ? context.redirect(context.req.path, 303)
      : context.html(selfServicePage(request, problem), 409);
  });
  return app;
}
