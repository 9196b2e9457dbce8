import { Hono } from 'hono';
import type { CallOptions } from '../../client.js';
import type { Actor } from '../../messages/outcome.js';
import type { Flow } from '../../messages/request.js';
import { flowsOf, type OrderName } from '../../messages/verbs.js';
import { type ApiParts, type Bindings, callOptions, CHANNEL, reference, verbs } from './call.js';
import { readJson } from './call-input.js';
import { receive } from './upload.js';

/** One order over HTTP: `POST /:reference/<name>`. */
interface OrderRoute {
  /** The client checks the body. */
  call: (client: ApiParts['client'], reference: string, body: never, options: CallOptions) => Promise<object>;
  /** The default actor of the order. Absent if the body needs none. */
  by?: Actor['kind'];
  /** The body may contain documents. */
  upload?: true;
  /** The answer, for the table in docs/api.md. Each order's also has `event`, the number of its event in the journal, or `behind`. */
  answer: string;
}

/** Every order except `identity`, which is a GET. Also `reset`, which is not an order to the workflow. */
export const ORDER_ROUTES: Record<Exclude<OrderName, 'identity'> | 'reset', OrderRoute> = {
  review: { call: (client, ...order) => client.review(...order), answer: '`{"status"}`' },
  accept: { call: (client, ...order) => client.accept(...order), answer: '`{"recordedAt"}`' },
  code: { call: (client, ...order) => client.requestCode(...order), answer: '`{"sentAt","resendFrom"}`' },
  sign: { call: (client, ...order) => client.sign(...order), answer: '`{"signed": true}`' },
  cancel: {
    call: (client, ...order) => client.cancel(...order),
    by: 'requester',
    answer: '`{"outcome"}`: how it ended. Not always `cancelled`',
  },
  'new-video': {
    call: (client, ...order) => client.newVideo(...order),
    by: 'requester',
    answer: '`{"requestPk"}`. The provider may bill it',
  },
  correct: { call: (client, ...order) => client.correct(...order), by: 'requester', answer: '`{"status"}`' },
  extend: { call: (client, ...order) => client.extend(...order), by: 'requester', answer: '`{"deadline"}`' },
  abandon: {
    call: async (client, ...order) => {
      const abandoned = await client.abandon(...order);
      return { ...abandoned, ...(abandoned.outcome === 'abandoned' ? { next: NEW_ATTEMPT } : {}) };
    },
    // The order counts as the signer's, even if another system passes it on.
    by: 'signer',
    answer: '`{"outcome","next"}`',
  },
  provide: {
    call: (client, ...order) => client.provide(...order),
    by: 'requester',
    upload: true,
    answer: '`{"missing": […]}`: what is still missing',
  },
  'preauth-link': {
    call: (client, name, body, options) => client.preauthLink(name, body, { ...options, ...CHANNEL }),
    by: 'requester',
    answer: '`{"stored": true, "url"}`. `url` only if the gateway has the private seal key',
  },
  reset: {
    call: (client, ...order) => client.reset(...order),
    by: 'requester',
    answer: '`{"reference","attempt","to"}`',
  },
  resolve: { call: (client, ...order) => client.resolve(...order), answer: '`{}`' },
};

const NEW_ATTEMPT =
  'Start again under the same reference with newAttempt: true, and corrected data if the data was wrong. The signer repeats the video, which is billed again.';

/** The orders that requests of a flow accept. */
export function orderRoutes(parts: ApiParts, flow: Flow): Hono<Bindings> {
  const verb = verbs(parts);
  const app = new Hono<Bindings>();
  for (const [name, { call, by, upload }] of Object.entries(ORDER_ROUTES)) {
    if (!takenBy(name as keyof typeof ORDER_ROUTES).includes(flow)) continue;
    app.post(`/:reference/${name}`, verb(name), async (context) => {
      const { incoming } = context.env;
      const received = upload ? await receive<object>(incoming, parts) : undefined;
      try {
        const given = received?.input ?? (await readJson(incoming, parts.limits));
        const body = { ...(by && { actor: { kind: by } }), ...given } as never;
        const answered = await call(parts.client, reference(context), body, callOptions(context, flow));
        return context.json(answered);
      } finally {
        await received?.remove();
      }
    });
  }
  return app;
}

/** The flows whose requests accept the order. */
export function takenBy(name: keyof typeof ORDER_ROUTES): readonly Flow[] {
  return name === 'reset' ? ['signature', 'enrolment'] : flowsOf(name);
}
