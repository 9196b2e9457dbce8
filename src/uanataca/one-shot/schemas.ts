import { z } from 'zod';
import { isFields } from '../answers/fields.js';
import { requestPk, videoidPk } from '../ids.js';

// Strict about values that we use, lenient about all others: V2's answers are not documented (§13).

/** §4.1. An external VideoID would have an empty link, which is of no use here. */
export const createdSchema = z.object({
  videoid_pk: videoidPk,
  request_pk: requestPk,
  videoid_link: z.url({ protocol: /^https?$/ }),
});

/** The item of a list with one item. Anything else is returned unchanged. */
export function sole(payload: unknown): unknown {
  return Array.isArray(payload) && payload.length === 1 ? payload[0] : payload;
}

const uid = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);

/** The uid of the uploaded document: V1 gives a string, V2 an object, several parts an array or an object (§4.6). */
export function uidIn(payload: unknown): string | undefined {
  const direct = uid.safeParse(payload);
  if (direct.success) return direct.data;
  if (Array.isArray(payload)) return payload.length === 1 ? uidIn(payload[0]) : undefined;
  if (!isFields(payload)) return undefined;
  if ('uid' in payload) return uidIn(payload['uid']);
  if ('document_uid' in payload) return uidIn(payload['document_uid']);
  const parts = Object.entries(payload).filter(([name]) => !['status', 'message', 'messsage'].includes(name));
  return parts.length === 1 ? uidIn(parts[0]?.[1]) : undefined;
}

const tokenSchema = z.object({ password: z.boolean(), pin: z.boolean() });

/** What a stored token holds: two booleans, bare or below the token's uid (§4.13). */
export function tokenIn(payload: unknown): { password: boolean; pin: boolean } | undefined {
  const direct = tokenSchema.safeParse(payload);
  if (direct.success) return direct.data;
  const values = isFields(payload) ? Object.values(payload) : [];
  return values.length === 1 ? tokenIn(values[0]) : undefined;
}
