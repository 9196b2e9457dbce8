import { isIP } from 'node:net';
import { z } from 'zod';
import { mediaTypeIn } from '../../http/media-type.js';
import { OUTLINE } from '../../messages/callback-outline.js';
import { EVENT_TYPES } from '../../messages/callback-payload.js';
import { defined } from '../../messages/defined.js';
import { PROVIDER_STATUSES } from '../../messages/request.js';
import type { NewCallback, Shape } from '../file.js';

/** What a field has if it has another form than we write. It is left out. */
const absent = undefined;
const DELIVERY = z
  .string()
  .regex(/^[0-9a-f]{12}$/)
  .optional()
  .catch(absent);
const ADDRESS = z
  .string()
  .refine((text) => isIP(text) !== 0)
  .optional()
  .catch(absent);

/** Lines of `src/gateway/webhooks/callback-log.ts`. */
const hintLine = z.looseObject({
  message: z.literal('hint'),
  time: z.iso.datetime(),
  registrationAuthority: z.string(),
  reason: z.string(),
  payload: z.enum(['event', 'flat', 'other']).catch('other'),
  providerStatus: z.enum(PROVIDER_STATUSES).optional().catch(absent),
  eventType: z.enum(EVENT_TYPES).optional().catch(absent),
  httpStatus: z.int().min(100).max(599).catch(200),
  delivery: DELIVERY,
  sourceAddress: ADDRESS,
  forwardedFor: ADDRESS,
  clockAhead: z.int().optional().catch(absent),
});
const formLine = z.looseObject({
  message: z.literal('form of a callback'),
  delivery: DELIVERY,
  method: z.enum(['POST']).catch('POST'),
  contentType: z.string().optional().catch(absent),
  shape: z.string().regex(OUTLINE).optional().catch(absent),
});
const line = z.discriminatedUnion('message', [hintLine, formLine]);
export type HintLine = z.infer<typeof hintLine>;
export type FormLine = z.infer<typeof formLine>;

/** A line about a callback. Undefined for any other line, and for what is none of ours. */
export function readLine(text: string): HintLine | FormLine | undefined {
  if (!text.includes('"hint"') && !text.includes('"form of a callback"')) return undefined;
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Results of the gateway for requests that it knows. So they are none of a probe. */
const KNOWN_REQUEST = new Set(['delivered', 'repeated', 'closed', 'temporal-unreachable']);

/** The callback of a line. @param begun milliseconds since 1970 @param form the line before, if it is about the same callback */
export function callbackOf(
  hint: HintLine,
  form: FormLine | undefined,
  registrationAuthority: string,
  begun: number,
): NewCallback {
  const { delivery, payload, providerStatus, eventType, sourceAddress, forwardedFor, clockAhead } = hint;
  const contentType = mediaTypeIn(form?.contentType);
  const isJson = payload !== 'other' || form?.shape !== undefined;
  return {
    at: Date.parse(hint.time) - begun,
    method: 'POST',
    headers: [],
    payload,
    answered: hint.httpStatus,
    ours:
      hint.registrationAuthority === registrationAuthority && payload !== 'other' && !KNOWN_REQUEST.has(hint.reason),
    fromLog: true,
    ...defined({
      contentType,
      form: isJson ? ('json' as const) : undefined,
      body: form?.shape === undefined ? undefined : shapeIn(form.shape),
      hash: delivery,
      status: providerStatus,
      event: eventType,
      from: sourceAddress,
      forwarded: forwardedFor === undefined ? undefined : [forwardedFor],
      clockAhead,
    }),
  };
}

/** The shape that an outline tells of. See `src/messages/callback-outline.ts`. */
export function shapeIn(outline: string): Shape {
  const whole: Extract<Shape, { type: 'object' }> = { type: 'object', fields: {} };
  for (const entry of outline.split(' ')) {
    const [, path = '', kind = '', more = ''] = /^([^:]+):([a-z]+)[.:]?(.*)$/.exec(entry) ?? [];
    put(whole, path === '$' ? ['$'] : ['$', ...path.split('.')], shapeOfKind(kind, more));
  }
  return whole.fields['$'] ?? { type: 'withheld' };
}

function put(within: Shape, [name = '', ...rest]: readonly string[], shape: Shape): void {
  if (within.type === 'list') {
    if (rest.length === 0) within.items = [shape];
    else put((within.items[0] ??= { type: 'object', fields: {} }), rest, shape);
  } else if (within.type === 'object') {
    const shown = name.startsWith('?') ? `{${name}}` : name;
    if (rest.length === 0) within.fields[shown] ??= shape;
    else put((within.fields[shown] ??= { type: 'object', fields: {} }), rest, shape);
  }
}

function shapeOfKind(kind: string, more: string): Shape {
  switch (kind) {
    case 'null':
    case 'boolean':
      return { type: kind };
    case 'number':
      return { type: 'number', digits: 0 };
    case 'text':
      return { type: 'string', ...(more === '' ? {} : { form: more.replace('_', ' ') }) };
    case 'list':
      return { type: 'list', length: Number(more), items: [] };
    case 'object':
      return { type: 'object', fields: {} };
    default:
      return { type: 'withheld' };
  }
}
