import { Hono } from 'hono';
import type { ResolveAllOrder, ResumeAllOrder } from '../../client.js';
import { profileCatalogue, profileEntry } from '../../messages/profile-catalogue.js';
import { type ApiParts, type Bindings, orderKey, verbs } from './call.js';
import { deletionsQuery, feedQuery, readJson, readQuery, recordedQuery } from './call-input.js';

/** Calls about many requests, or about none. */
export function generalRoutes(parts: ApiParts): Hono<Bindings> {
  const { client, limits } = parts;
  const verb = verbs(parts);
  const app = new Hono<Bindings>();
  app.get('/conditions', verb('conditions'), async (context) =>
    context.json({ conditions: await client.conditions() }),
  );
  app.get('/feed', verb('feed'), async (context) =>
    context.json(await client.feed(readQuery(context.req.url, feedQuery))),
  );
  app.post('/resolve', verb('resolve-all'), async (context) =>
    context.json(
      await client.resolveAll((await readJson(context.env.incoming, limits)) as ResolveAllOrder, orderKey(context)),
    ),
  );
  app.post('/resume', verb('resume-all'), async (context) =>
    context.json(await client.resumeAll((await readJson(context.env.incoming, limits)) as ResumeAllOrder)),
  );
  app.get('/recorded', verb('recorded'), async (context) =>
    context.json(await client.recorded(readQuery(context.req.url, recordedQuery))),
  );
  app.get('/deletions', verb('deletions'), async (context) =>
    context.json(await client.deletions(readQuery(context.req.url, deletionsQuery))),
  );
  app.get('/profiles', verb('profiles'), (context) => context.json({ profiles: profileCatalogue() }));
  app.get('/profiles/:name', verb('profiles'), (context) => context.json(profileEntry(context.req.param('name'))));
  return app;
}
