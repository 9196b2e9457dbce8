import { Hono } from 'hono';
import type { DeleteOrder } from '../../client.js';
import type { Flow } from '../../messages/request.js';
import { type ApiParts, BY_REQUESTER, type Bindings, callOptions, reference, verbs } from './call.js';
import { readJson } from './call-input.js';

/** Deletes requests of a flow: `DELETE /:reference`, with the reason in the body. */
export function deleteRoutes(parts: ApiParts, flow: Flow): Hono<Bindings> {
  const { client, limits, logger } = parts;
  const app = new Hono<Bindings>();
  app.delete('/:reference', verbs(parts)('delete'), async (context) => {
    const given = (await readJson(context.env.incoming, limits)) as DeleteOrder;
    const order = { ...BY_REQUESTER, ...given };
    const deleted = await client.delete(reference(context), order, callOptions(context, flow));
    // After a restore, the log says what must be deleted again.
    for (const { attempt } of deleted.attempts) {
      logger.info({ flow, reference: deleted.reference, attempt }, 'a request was deleted');
    }
    return context.json(deleted);
  });
  return app;
}
