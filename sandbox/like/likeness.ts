import type { PendingCallback } from '../requests/common-request.js';
import { isStatus } from '../requests/statuses.js';
import { filled, type Own, saysSo } from './filling.js';
import { type Answered, isByPath, READ_IN, rowOf } from './occasions.js';
import type { ProbeFile } from './probe-file.js';
import { type Given, inRecordedForm } from './recorded-form.js';
import { refuses, Seen, type SeenAnswer, textsIn } from './seen.js';
import { isFields, type Shape } from './shape.js';

/** Answers and callbacks in the shape that a probe has recorded. What it has not seen stays as it is. */
export class Likeness {
  private readonly seen: Seen;

  constructor(file: ProbeFile) {
    this.seen = new Seen(file);
  }

  /** An answer in JSON, in the recorded form. `body`: what the sandbox would answer. Undefined: leave it. */
  answer(answered: Answered, body: unknown): Given | undefined {
    const recorded = this.recorded(answered, body);
    return recorded === undefined ? undefined : inRecordedForm(recorded, ownOf(answered, body));
  }

  /** The media type of a file that is given. Undefined: leave it. */
  mediaType(answered: Answered): string | undefined {
    const row = rowOf(answered);
    return row && this.seen.all(...row.at).find(({ form, status }) => form === 'file' && status < 300)?.contentType;
  }

  /** A callback's payload in the recorded shape, if there is one. `payload`: what the sandbox would send. */
  callback(payload: Record<string, unknown>, { status }: Pick<PendingCallback, 'status'>): unknown {
    const ours = this.seen.file.callbacks.filter(({ ours: isOurs, body }) => isOurs && body !== undefined);
    const same = ours.findLast((callback) => callback.status === status);
    const shape = (same ?? ours.at(-1))?.body;
    if (shape === undefined) return payload;
    const own = hasField(shape, 'request', 'object') ? payload : spread(payload);
    return filled(shape, { payload: own, words: '', otherStatus: same === undefined });
  }

  get callbackType(): string | undefined {
    return this.seen.file.callbacks.find(({ ours, contentType }) => ours && contentType !== undefined)?.contentType;
  }

  private recorded(answered: Answered, body: unknown): SeenAnswer | undefined {
    if (answered.endpoint === 'get-request' && !answered.refused) return this.read(statusOf(body) ?? answered.after);
    const row = rowOf(answered);
    if (row === undefined) return undefined;
    const possible = row.at
      .flatMap((place) => this.seen.all(place))
      .filter(
        (recorded) =>
          recorded.form !== 'file' &&
          (refuses(recorded) === answered.refused || row.maySucceed === true) &&
          isByPath(answered) === namesKind(recorded),
      );
    if (row.sameWords === undefined) return possible[0];
    const same = possible.find(({ words }) => words?.is !== undefined && saysSo(answered.words, words.is));
    return same ?? possible.find(({ words }) => words?.is === undefined);
  }

  /** A read that shows this status. If the provider's words for statuses differ, the one that was made in it. */
  private read(status: string | undefined): SeenAnswer | undefined {
    const reads = this.seen.answers.filter(
      (answer) => /^read(-cancelled)?$/.test(answer.occasion) && answer.form === 'json' && !refuses(answer),
    );
    const shown = reads.findLast(({ body }) => status !== undefined && textsIn(body).includes(status));
    if (shown !== undefined || !isStatus(status)) return shown;
    return reads.findLast(
      ({ step, occasion, body }) => READ_IN[status].includes(`${step}/${occasion}`) && !textsIn(body).some(isStatus),
    );
  }
}

/** Whether the path has the kind of a document: one occasion may have tried both forms. */
function namesKind({ path }: SeenAnswer): boolean {
  return /\/(signed|original)\//.test(path);
}

function hasField(shape: Shape, name: string, type: Shape['type']): boolean {
  return shape.type === 'object' && Object.hasOwn(shape.fields, name) && shape.fields[name]?.type === type;
}

/** In other shapes, the status and the number of the request may be anywhere. */
function spread(payload: Record<string, unknown>): Record<string, unknown> {
  const { request } = payload;
  return isFields(request) ? { ...request, request_pk: request['pk'], ...payload } : { pk: request, ...payload };
}

/** Our envelope says the same in several spellings. What is in it counts. */
function ownOf({ refused, words }: Answered, body: unknown): Own {
  if (refused) return { payload: knownOfRefusal(body), words };
  if (!isFields(body)) return { payload: {}, words };
  const said = body['message'] ?? body['messsage'];
  const payload = payloadOf(body);
  return { payload: isFields(payload) ? payload : {}, words: typeof said === 'string' ? said : '' };
}

/** Lists of missing fields have names that we know, and V1 begins with a status line. All else in a refusal is words. */
function knownOfRefusal(body: unknown): Record<string, unknown> {
  if (!isFields(body)) return {};
  const { detail, status } = { detail: body['detail'], status: body['status'] };
  return {
    ...(Array.isArray(detail) ? { detail } : {}),
    ...(typeof status === 'string' && /^[1-5]\d\d /.test(status) ? { status } : {}),
  };
}

function payloadOf(body: unknown): unknown {
  return isFields(body) ? (body['detail'] ?? body['details']) : undefined;
}

function statusOf(body: unknown): string | undefined {
  const payload = payloadOf(body);
  const status = isFields(payload) ? payload['status'] : undefined;
  return typeof status === 'string' ? status : undefined;
}
