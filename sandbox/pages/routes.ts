import { readFileSync } from 'node:fs';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../calls/answers.js';
import { CONSOLE_ACTS, VIDEO_RESULTS, type Provider } from '../provider.js';
import { consolePage } from './console.js';
import { faultOrder, faultsPage } from './faults.js';
import { carryOutForm } from './form.js';
import { overviewPage } from './overview.js';
import { phonePage, phonesPage } from './phone.js';
import { unknownLinkPage, videoSessionPage } from './video-session.js';

const resultSchema = z.enum(VIDEO_RESULTS);
const decisionSchema = z.object({ do: z.enum(CONSOLE_ACTS), reason: z.string().default('') });

/** The pages for people: for the signer, for the operator, and for setting faults. */
export function pageRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const { requests, faults, authority } = provider.parts;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.get('/', (context) => context.html(overviewPage(provider, `${provider.url}/oneshot/api/v1`)));
  app.get('/roots.pem', (context) =>
    context.body(readFileSync(authority.rootPath, 'utf8'), 200, { 'content-type': 'application/x-pem-file' }),
  );

  app.get('/phone', (context) => context.html(phonesPage(provider)));
  app.get('/phone/:number', (context) => context.html(phonePage(provider, context.req.param('number'))));

  app.get('/lcmpl/videoid/:token', (context) => {
    const request = requests.findByLink(context.req.param('token'));
    return request === undefined ? context.html(unknownLinkPage(), 404) : context.html(videoSessionPage(request));
  });
  app.post('/lcmpl/videoid/:token', async (context) => {
    const request = requests.findByLink(context.req.param('token'));
    if (request === undefined) return context.html(unknownLinkPage(), 404);
    const result = resultSchema.parse((await context.req.parseBody())['result']);
    return carryOutForm(context, () => provider.video(request, result), {
      page: context.req.path,
      again: (problem) => videoSessionPage(request, problem),
    });
  });

  app.get('/console', (context) => context.html(consolePage(provider)));
  app.post('/console/:pk', async (context) => {
    const request = requests.find(context.req.param('pk'));
    const { do: act, reason } = decisionSchema.parse(await context.req.parseBody());
    const decide = (): void => {
      if (request === undefined) throw new Refusal(404, 'There is no such request.');
      provider.console(request, act, reason);
    };
    return carryOutForm(context, decide, { page: '/console', again: (problem) => consolePage(provider, problem) });
  });

  app.get('/faults', (context) => context.html(faultsPage(provider)));
  app.post('/faults', async (context) => {
    const order = faultOrder(await context.req.parseBody());
    return carryOutForm(context, () => faults.add(order), {
      page: '/faults',
      again: (problem) => faultsPage(provider, problem),
      status: 400,
    });
  });
  app.post('/faults/none', (context) => {
    faults.clear();
    return context.redirect('/faults', 303);
  });
  app.post('/faults/:id/remove', (context) => {
    faults.remove(context.req.param('id'));
    return context.redirect('/faults', 303);
  });
  app.post('/faults/:id/release', (context) => {
    faults.release(context.req.param('id'));
    return context.redirect('/faults', 303);
  });
  return app;
}
