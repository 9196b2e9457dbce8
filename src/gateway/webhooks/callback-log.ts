import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { mediaTypeIn } from '../../http/media-type.js';
import { sourceOf } from '../../http/source-address.js';
import type { Logger } from '../../logging/logger.js';
import { outlineOf } from '../../messages/callback-outline.js';
import { callbackContent, EVENT_TYPES, readCallback, sentAtAsUtc } from '../../messages/callback-payload.js';
import { PROVIDER_STATUSES } from '../../messages/request.js';
import type { HintResult } from '../metrics.js';

/** Different forms that are logged at level `info`, until the next start. */
const MOST_FORMS = 50;

/** A callback that was answered. */
interface Answered {
  source: { environment: string; registrationAuthority: string };
  incoming: IncomingMessage;
  /** Undefined if it did not come whole. */
  body: Buffer | undefined;
  result: HintResult;
  httpStatus: number;
}

/**
 * Logs callbacks: documented words, names and types, never other text of the sender. What a callback looks like is logged at level
 * `info` when it is the first of its form, and at level `debug` always.
 */
export class CallbackLog {
  readonly #logger: Logger;
  /** Tells equal callbacks from others until the next start. */
  readonly #key = randomBytes(16);
  readonly #forms = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add({ source: { environment, registrationAuthority }, incoming, body, result, httpStatus }: Answered): void {
    const content = body && callbackContent(body, incoming.headers['content-type']);
    const payload = readCallback(content);
    const sentAt = sentAtAsUtc(payload);
    const { from, forwarded } = sourceOf(incoming);
    const delivery = body && createHmac('sha256', this.#key).update(body).digest('hex').slice(0, 12);
    if (body !== undefined) this.#look(body.length, content, incoming, delivery);
    this.#logger.info(
      {
        environment,
        registrationAuthority,
        reason: result,
        providerStatus: PROVIDER_STATUSES.find((known) => known === payload.status) ?? 'other',
        eventType: EVENT_TYPES.find((known) => known === payload.eventType),
        payload: payload.form,
        httpStatus,
        delivery,
        sourceAddress: from,
        forwardedFor: forwarded[0],
        clockAhead: sentAt === undefined ? undefined : sentAt - Date.now(),
      },
      'hint',
    );
  }

  #look(bytes: number, content: unknown, { headers, method }: IncomingMessage, delivery: string | undefined): void {
    const shape = content === undefined ? undefined : outlineOf(content);
    const contentType = mediaTypeIn(headers['content-type']);
    const fields = { delivery, method, contentType, bytes, shape };
    const form = JSON.stringify([contentType, shape]);
    if (this.#forms.has(form) || this.#forms.size >= MOST_FORMS) {
      this.#logger.debug(fields, 'form of a callback');
      return;
    }
    this.#forms.add(form);
    this.#logger.info(fields, 'form of a callback');
  }
}
