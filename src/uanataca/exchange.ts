import type { StepFailureCode } from '../messages/failures.js';
import { type TextLimits, answerText } from './http/answer-text.js';
import type { Api } from './api.js';
import { readEnvelope } from './answers/envelope.js';
import { ProviderError, type Trouble } from './errors.js';
import type { Http, HttpAnswer, HttpOrder } from './http/http.js';
import { Loss, asLoss } from './http/loss.js';
import { HEAD, type PdfOptions, type PdfStream, pdfStream, startsAsPdf } from './http/pdf-stream.js';
import { type Answered, type At, sortAnswer, sortForeign, sortLoss, sortUnusable } from './answers/sorting.js';

/** A call. `known` are the values in it that must not be shown. */
interface Asked<Call> {
  call: Call;
  order: HttpOrder;
  known: readonly string[];
}

/** Makes calls to the provider and sorts the answers. Everything that goes wrong is thrown as a `ProviderError`. */
export class Exchange<Call extends string> {
  constructor(
    readonly http: Http,
    readonly api: Api<Call>,
  ) {}

  /** A call that is answered with text. `known` are the call's values that must not be shown. */
  async ask(call: Call, order: HttpOrder, known: readonly string[] = [], limits?: TextLimits): Promise<Answered> {
    const asked = { call, order, known };
    const answer = await this.#send(asked);
    const text = await this.#reading(asked, () => answerText(answer.body, piecesOf(answer), limits));
    const answered = this.#sort(asked, answer, text);
    const { form } = answered.envelope;
    if (form === 'page' || form === 'text') throw this.unusable(call, answered, 'the answer is not JSON', known);
    return answered;
  }

  /** A call whose answer has nothing that we need. It must be the provider's all the same. 204 has no body. */
  async done(call: Call, order: HttpOrder, known: readonly string[] = []): Promise<void> {
    const answered = await this.ask(call, order, known);
    if (!answered.envelope.own && answered.status !== 204 && this.api.assumed.answersAreJson) {
      throw this.unusable(call, answered, 'the answer is not in the provider’s form', known);
    }
  }

  /**
   * A call that is answered with a PDF. It checks the first bytes, because the content type cannot be trusted (§4.7).
   *
   * @throws ProviderError PROVIDER_FILE_NOT_A_PDF (`refused`) for another answer that reports success
   */
  async pdf(call: Call, order: HttpOrder, options: PdfOptions = {}): Promise<PdfStream> {
    const asked = { call, order, known: [] };
    const answer = await this.#send(asked);
    const pieces = piecesOf(answer);
    const first = await this.#reading(asked, () => firstBytes(pieces));
    const succeeded = answer.status >= 200 && answer.status < 300;
    const isChanged = isEncoded(answer);
    const usable = startsAsPdf(first) || (options.anyContent === true && !isChanged && !this.#isForeignFile(first));
    if (succeeded && usable) {
      return pdfStream(first, pieces, answer, (error) => this.#lost(asked, error), options);
    }
    const text = first.toString() + (await this.#reading(asked, () => answerText(answer.body, pieces)));
    const answered = this.#sort(asked, answer, text);
    if (isChanged || this.#isForeignFile(Buffer.from(text)))
      throw this.unusable(call, answered, 'the answer is not a file');
    throw this.refused('PROVIDER_FILE_NOT_A_PDF', answered, 'the answer is not a PDF');
  }

  /**
   * Reads something that cannot exist. "Not found" in the provider's form shows that the API answers.
   *
   * @param is whether the content of a success is the provider's, which nobody expects
   */
  async ping(call: Call, path: string, is: (payload: unknown) => boolean): Promise<void> {
    try {
      const answered = await this.ask(call, { method: 'GET', path });
      if (!is(answered.envelope.payload)) throw this.#error(sortForeign(this.#at, call, answered), []);
    } catch (error) {
      if (!(error instanceof ProviderError && error.code === 'PROVIDER_NOT_FOUND')) throw error;
    }
  }

  /** A page, an empty answer, or JSON of somebody else, in place of a file. */
  #isForeignFile(content: Buffer): boolean {
    const { form, own } = readEnvelope(content.toString());
    return this.api.assumed.answersAreJson && !own && form !== 'text';
  }

  /** The error for an answer that reports success but `lacks` something. */
  unusable(call: Call, answered: Answered, lacks: string, known: readonly string[] = []): ProviderError {
    return this.#error(sortUnusable(this.#at, call, answered, lacks), known);
  }

  /** The error for an answer that reports success but is a refusal. `ours` says why, and is safe to show. */
  refused(code: StepFailureCode, { status }: Answered, ours: string): ProviderError {
    return this.#error({ kind: 'refused', code, status, ours: `HTTP ${status}: ${ours}` }, []);
  }

  get #at(): At<Call> {
    return { api: this.api, place: this.http.place };
  }

  #error(trouble: Trouble, known: readonly string[]): ProviderError {
    return new ProviderError(trouble, this.http.origin, known);
  }

  async #send(asked: Asked<Call>): Promise<HttpAnswer> {
    return this.#reading(asked, () => this.http.send(asked.order, this.api.effects[asked.call] === 'doubtful'));
  }

  /** Returns the answer, or throws the trouble with it. */
  #sort({ call, order, known }: Asked<Call>, { status, headers }: HttpAnswer, text: string): Answered {
    const answered = {
      status,
      envelope: readEnvelope(text),
      retryAfter: retryAfterOf(headers),
      redirect: redirectOf(headers.location, this.http.addressOf(order)),
    };
    const trouble = sortAnswer(this.#at, call, answered);
    if (trouble !== undefined) throw this.#error(trouble, known);
    return answered;
  }

  async #reading<Result>(asked: Asked<Call>, read: () => Promise<Result>): Promise<Result> {
    try {
      return await read();
    } catch (error) {
      throw this.#lost(asked, error);
    }
  }

  #lost({ call, order, known }: Asked<Call>, error: unknown): unknown {
    if (order.signal?.aborted === true) return order.signal.reason;
    const loss = asLoss(error);
    return loss instanceof Loss ? this.#error(sortLoss(this.#at, call, loss), known) : loss;
  }
}

function piecesOf({ body }: HttpAnswer): AsyncIterator<Buffer> {
  return body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
}

/** Whether an answer is compressed. We ask for none that is. */
function isEncoded({ headers: { 'content-encoding': encoding } }: HttpAnswer): boolean {
  return encoding !== undefined && encoding !== 'identity';
}

/** Enough bytes to see whether a PDF begins. */
async function firstBytes(pieces: AsyncIterator<Buffer>): Promise<Buffer> {
  let first = Buffer.alloc(0);
  while (first.length < HEAD && !startsAsPdf(first)) {
    const piece = await pieces.next();
    if (piece.done === true) break;
    first = Buffer.concat([first, piece.value]);
  }
  return first;
}

/** Where a redirect leads. Only the host is kept: the rest may name a person. */
function redirectOf(location: string | undefined, from: URL): Answered['redirect'] {
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from);
  return { host: to.host, here: to.hostname === from.hostname && withoutSlash(to) === withoutSlash(from) };
}

function withoutSlash({ pathname }: URL): string {
  return pathname.replace(/\/$/, '');
}

/** `Retry-After`, which is in seconds or a date, in milliseconds. A date counts by the clock of the server, which `Date` shows. */
function retryAfterOf({ 'retry-after': header, date }: HttpAnswer['headers']): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const [until, there] = [Date.parse(header), Date.parse(date ?? '')];
  return Number.isNaN(until) ? undefined : Math.max(0, until - (Number.isNaN(there) ? Date.now() : there));
}
