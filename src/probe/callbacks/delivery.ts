import type { IncomingHttpHeaders } from 'node:http';
import { mediaTypeIn } from '../../http/media-type.js';
import type { Source } from '../../http/source-address.js';
import { callbackText, EVENT_TYPES, readCallback, sentAtAsUtc } from '../../messages/callback-payload.js';
import { defined } from '../../messages/defined.js';
import { PROVIDER_STATUSES } from '../../messages/request.js';
import type { NewCallback } from '../file.js';
import { headersShown } from '../recording/headers.js';
import { KnownValues } from '../recording/known-values.js';
import { hashOf, type Showing, shapeOf } from '../recording/shape.js';

/** A callback as it came. */
export interface Delivery {
  method: string;
  headers: IncomingHttpHeaders;
  /** Whether its path or query went on behind the token. */
  longer: boolean;
  /** Or why it was not read to its end. */
  body: Buffer | NonNullable<NewCallback['cut']>;
  source: Source;
  /** Milliseconds since 1970. */
  time: number;
}

/** What a callback is compared with. */
export interface Place {
  showing: Showing;
  /** Milliseconds since 1970. */
  begun: number;
  /** Which request of this probe has this id. */
  subjectOf: (pk: string) => string | undefined;
}

/** A callback in shape. Of its values, only documented words and new words in capitals are kept. */
export function inShape(delivery: Delivery, place: Place): Omit<NewCallback, 'answered'> {
  const { method, headers, longer, body, source, time } = delivery;
  const { form, content } = typeof body === 'string' ? {} : contentOf(body, headers['content-type']);
  const payload = readCallback(content);
  const subject = payload.requestPk === undefined ? subjectIn(content, place) : place.subjectOf(payload.requestPk);
  // What strangers send must not become a value of ours.
  const values = subject === undefined ? new KnownValues(place.showing.values) : place.showing.values;
  const showing = { ...place.showing, values };
  // The first look finds the values. The second one then finds names that hold them.
  if (form === 'json') shapeOf(content, showing);
  const common = {
    at: time - place.begun,
    method,
    headers: headersShown(headers, showing),
    ...defined({ contentType: mediaTypeIn(headers['content-type']), from: source.from }),
    ...(longer ? { longer } : {}),
    ...(source.forwarded.length === 0 ? {} : { forwarded: source.forwarded }),
  };
  if (typeof body === 'string') return { ...common, cut: body, payload: 'other', ours: false };
  const sentAt = sentAtAsUtc(payload);
  const isOther = payload.form === 'other';
  return {
    ...common,
    payload: payload.form,
    ...defined({
      form,
      body: form === 'json' ? shapeOf(content, showing) : undefined,
      hash: body.length === 0 ? undefined : hashOf(body, showing),
      event: isOther ? wordIn(content, EVENT_TYPES) : newWord(payload.eventType, 'event_type', showing),
      status: isOther ? wordIn(content, PROVIDER_STATUSES) : newWord(payload.status, 'status', showing),
      clockAhead: sentAt === undefined ? undefined : sentAt - time,
      subject,
    }),
    ...(payload.wrapped ? { wrapped: true } : {}),
    ours: subject !== undefined || (payload.form === 'event' && payload.requestPk === undefined),
  };
}

function contentOf(
  body: Buffer,
  contentType: string | undefined,
): { form?: NonNullable<NewCallback['form']>; content?: unknown } {
  const text = callbackText(body, contentType).trim();
  if (text === '') return { form: 'empty' };
  try {
    return { form: 'json', content: JSON.parse(text) as unknown };
  } catch {
    return { form: text.startsWith('<') ? 'page' : /^[{["]/.test(text) ? 'broken' : 'text' };
  }
}

/** A word in capitals, documented or new. */
function newWord(value: unknown, field: string, showing: Showing): string | undefined {
  if (typeof value !== 'string') return undefined;
  const shape = shapeOf(value, showing, field);
  return shape.type === 'string' && /^[A-Z][A-Z_]+$/.test(shape.is ?? '') ? shape.is : undefined;
}

const DEEPEST = 6;

/** A documented word anywhere in a payload of an unknown form. */
function wordIn(content: unknown, words: readonly string[], depth = 0): string | undefined {
  if (typeof content === 'string') return words.find((word) => word === content);
  return depth > DEEPEST ? undefined : firstOf(content, (inner) => wordIn(inner, words, depth + 1));
}

/** Digits. Shorter ids may be anything else. */
const SHORTEST_ID = 4;

/** The request that a payload of an unknown form is about: it has one of our ids anywhere. */
function subjectIn(content: unknown, place: Place, depth = 0): string | undefined {
  if (typeof content === 'string' || typeof content === 'number') {
    const id = String(content);
    return id.length < SHORTEST_ID ? undefined : place.subjectOf(id);
  }
  return depth > DEEPEST ? undefined : firstOf(content, (inner) => subjectIn(inner, place, depth + 1));
}

function firstOf<Found>(content: unknown, look: (inner: unknown) => Found | undefined): Found | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  for (const inner of Object.values(content)) {
    const found = look(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}
