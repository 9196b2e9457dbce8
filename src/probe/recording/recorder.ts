import type { IncomingHttpHeaders } from 'node:http';
import { createHash } from 'node:crypto';
import { mediaTypeIn } from '../../http/media-type.js';
import { defined } from '../../messages/defined.js';
import { type Envelope, readEnvelope } from '../../uanataca/answers/envelope.js';
import { Loss } from '../../uanataca/http/loss.js';
import { LeanText, WORDS } from '../../uanataca/http/answer-text.js';
import type { HttpOrder } from '../../uanataca/http/http.js';
import type { Observation, Observer } from '../../uanataca/http/observer.js';
import { HEAD, startsAsPdf } from '../../uanataca/http/pdf-stream.js';
import type { Exchange } from '../file.js';
import { headersShown } from './headers.js';
import { knownText } from './known-words.js';
import { pathShown, queryShown } from './paths.js';
import { hashOf, type Showing, shapeOf } from './shape.js';

/** An exchange with what only this process may see. */
export interface Recorded {
  exchange: Exchange;
  /** Undefined for files and losses. */
  envelope?: Envelope | undefined;
  /** The body of the answer as JSON, if it is JSON. */
  json?: unknown;
  /** SHA-256 of the body's bytes, hex. */
  sha256?: string | undefined;
}

/** Which step a call belongs to, and what it tries. */
export interface Place {
  step: string;
  occasion: string;
}

/** Milliseconds to wait for the end of a body that the caller has read. */
const ENDS_WITHIN = 5_000;

/** Records the calls of a probe in shape. It keeps no answer. */
export class Recorder implements Observer {
  readonly #showing: Showing;
  readonly #nameOf: (id: string) => string | undefined;
  readonly #begun: number;
  #place: Place = { step: '', occasion: '' };
  #running = new Set<Promise<void>>();
  #recorded: Recorded[] = [];
  #number: number;
  /** Words of the provider that no document shows, by hash, as they came. They stay in this process. */
  readonly words = new Map<string, string>();

  constructor(options: {
    showing: Showing;
    /** The name of an id of this probe: `request_pk`. */
    nameOf: (id: string) => string | undefined;
    /** Milliseconds since 1970. */
    begun: number;
    /** The number of the last exchange before. */
    last: number;
  }) {
    this.#showing = options.showing;
    this.#nameOf = options.nameOf;
    this.#begun = options.begun;
    this.#number = options.last;
  }

  /** The calls from now on belong there. */
  at(place: Place): void {
    this.#place = place;
  }

  /** The exchanges since the last call of this method, when their bodies have ended. */
  async take(): Promise<Recorded[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ENDS_WITHIN)));
    await Promise.race([Promise.all(this.#running), late]);
    clearTimeout(timer);
    const recorded = this.#recorded;
    this.#recorded = [];
    return recorded;
  }

  sent(order: HttpOrder): Observation {
    const exchange: Exchange = {
      number: (this.#number += 1),
      ...this.#place,
      at: Date.now() - this.#begun,
      method: order.method,
      path: pathShown(order.path, this.#nameOf),
      ...defined({
        query: order.query && Object.keys(order.query).length > 0 ? queryShown(order.query, this.#nameOf) : undefined,
        body: order.json === undefined ? undefined : shapeOf(JSON.parse(JSON.stringify(order.json)), this.#showing),
        parts: order.form && [
          ...Object.keys(order.form.fields ?? {}),
          ...(order.form.file ? [order.form.file.name] : []),
        ],
      }),
    };
    const recorded: Recorded = { exchange };
    this.#recorded.push(recorded);
    return new Observed(recorded, this.#showing, this.words, (running) => {
      this.#running.add(running);
      void running.then(() => this.#running.delete(running));
    });
  }
}

/** The beginning of an answer. `after`: milliseconds. */
interface Head {
  status: number;
  headers: IncomingHttpHeaders;
  after: number;
}

class Observed implements Observation {
  readonly #sent = performance.now();
  readonly #text = new LeanText(WORDS);
  readonly #hash = createHash('sha256');
  #head = Buffer.alloc(0);
  #size = 0;
  #end: () => void = () => undefined;
  #answer: Head | undefined;

  constructor(
    private readonly recorded: Recorded,
    private readonly showing: Showing,
    private readonly words: Map<string, string>,
    private readonly runs: (running: Promise<void>) => void,
  ) {}

  answered(status: number, headers: IncomingHttpHeaders): void {
    this.#answer = { status, headers, after: Math.round(performance.now() - this.#sent) };
    this.runs(new Promise((resolve) => (this.#end = resolve)));
  }

  piece(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#hash.update(bytes);
    if (this.#head.length < HEAD) this.#head = Buffer.concat([this.#head, bytes.subarray(0, HEAD)]);
    if (!isPdf(this.#head)) this.#text.add(bytes);
  }

  lost(loss: unknown): void {
    this.recorded.exchange.lost = loss instanceof Loss ? loss.code : 'ENDED';
    this.#end();
  }

  ended(whole: boolean): void {
    if (this.#answer !== undefined) this.#keep(this.#answer, whole);
    this.#end();
  }

  #keep({ status, headers, after }: Head, whole: boolean): void {
    const digest = this.#hash.digest();
    this.recorded.sha256 = digest.toString('hex');
    const common = {
      status,
      headers: headersShown(headers, this.showing),
      ...defined({ contentType: mediaTypeIn(headers['content-type']), retryAfter: secondsIn(headers['retry-after']) }),
      whole,
      after,
    };
    const pdf = isPdf(this.#head);
    if (pdf || this.#head.includes(0)) {
      const file = { size: this.#size, hash: hashOf(digest, this.showing), pdf };
      this.recorded.exchange.answer = { ...common, form: 'file', file };
      return;
    }
    const text = this.#text.toString();
    const envelope = readEnvelope(text);
    this.recorded.envelope = envelope;
    const { succeeded, origin, own, bare, speaks, form } = envelope;
    const refuses = status >= 400 || succeeded === false;
    if (form === 'json') this.recorded.json = JSON.parse(jsonOf(text)) as unknown;
    this.recorded.exchange.answer = {
      ...common,
      form,
      ...defined({
        body: form === 'json' ? shapeOf(this.recorded.json, this.showing) : undefined,
        words: refuses && envelope.text !== '' ? this.#wordsOf(envelope.text) : undefined,
      }),
      read: { ...defined({ succeeded }), origin, own, bare, speaks },
    };
  }

  #wordsOf(text: string): NonNullable<NonNullable<Exchange['answer']>['words']> {
    const { length } = text;
    const is = knownText(text);
    if (is !== undefined) return { is, length };
    const hash = hashOf(text, this.showing);
    this.words.set(hash, text);
    return { length, hash };
  }
}

/** Whether it is a PDF, and not JSON with one inside (§8.2). */
function isPdf(head: Buffer): boolean {
  return startsAsPdf(head) && !/^\s*[{[]/.test(head.toString('latin1'));
}

/** As `readEnvelope` reads it. */
function jsonOf(text: string): string {
  const plain = text.replace(/^\uFEFF/, '');
  return /^\s*(True|False)\s*$/.test(plain) ? plain.toLowerCase() : plain;
}

function secondsIn(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
