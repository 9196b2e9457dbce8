import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type BodyLimits, BodyNotRead, readBody } from '../../http/body.js';
import { type Listener, listenWith } from '../../http/listener.js';
import { sourceOf } from '../../http/source-address.js';
import type { NewCallback, SeenCallback } from '../file.js';
import { type Delivery, inShape, type Place } from './delivery.js';
import type { ListenAddress } from './listen-address.js';

/**
 * Different events of ours whose first delivery is answered 503, in a whole probe. It shows whether the provider repeats, when, and
 * how often. One is enough, and the first event is the one that matters least. With 0, all are answered 200.
 */
const REFUSED_EVENTS = 1;
/** Seconds. */
const RETRY_AFTER = 5;

const LIMITS: BodyLimits = { maximumBytes: 65_536, within: 10_000 };
/** Callbacks that are kept, of the probe's requests and of others. More are counted. */
const MOST = { ours: 500, others: 100 };
/** Milliseconds for a whole call. */
const CALL_WITHIN = 15_000;
const CONNECTIONS = 100;

const ANSWER_TO = { 'too-large': 413, 'too-slow': 408, 'broken-off': 400 } as const;

export interface CallbackListenerOptions extends Place {
  listen: ListenAddress;
  /** The secret part of the address, at least 32 characters. */
  token: string;
  /** The callbacks so far, also of the time before the probe was taken up again. */
  seen: () => readonly SeenCallback[];
  /** Must keep the callback before it returns its promise. */
  onCallback: (callback: NewCallback) => Promise<void>;
  /** See `REFUSED_EVENTS`. */
  refusedEvents?: number;
  limits?: BodyLimits;
}

/** What came beside the callbacks that are kept. */
export interface ListenerCounts {
  /** Calls of other addresses. */
  elsewhere: number;
  /** What is no HTTP. */
  unreadable: number;
  /** Callbacks over the limit of those that are kept. */
  beyond: number;
  /** Callbacks that could not be kept. */
  errors: number;
}

/**
 * Takes the provider's callbacks while a probe runs. It takes any method, and any path that begins with the token. Whatever comes,
 * the probe goes on.
 */
export class CallbackListener {
  readonly counts: ListenerCounts = { elsewhere: 0, unreadable: 0, beyond: 0, errors: 0 };
  readonly #options: CallbackListenerOptions;
  readonly #running = new Set<Promise<void>>();
  #listener: Listener | undefined;

  private constructor(options: CallbackListenerOptions) {
    this.#options = options;
  }

  /** @throws VideoIdError PORT_TAKEN; BAD_SETTING for an address that this machine does not have */
  static async open(options: CallbackListenerOptions): Promise<CallbackListener> {
    const opened = new CallbackListener(options);
    const settings = { host: '--listen', port: '--listen' };
    opened.#listener = await listenWith(opened.#server(), { ...options.listen, settings });
    return opened;
  }

  /** Where it listens: `host:port`. */
  get place(): string {
    const { host, port } = this.#listener ?? this.#options.listen;
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Where the provider must send callbacks, if it reaches this machine by the address of `--listen`. It is a secret. */
  get address(): string {
    return `http://${this.place}/${this.#options.token}`;
  }

  /** What the person has to know and to do. */
  get advice(): string[] {
    return [
      `The probe takes callbacks at ${this.address}`,
      'The provider must be able to reach this address. Its operations team sets it for the registration authority.',
      'If the provider reaches this machine by another name, or through a proxy, replace the host and keep the path.',
      'The path is a secret. One callback is answered 503, to see whether the provider repeats it.',
    ];
  }

  /** Takes no more. Resolves when what came is kept. */
  async close(): Promise<void> {
    await this.#listener?.close();
    await Promise.all(this.#running);
  }

  #server(): Server {
    const server = createServer(
      { headersTimeout: CALL_WITHIN, requestTimeout: CALL_WITHIN, connectionsCheckingInterval: CALL_WITHIN / 3 },
      (incoming, outgoing) => {
        const running = this.#take(incoming, outgoing)
          .catch(() => void (this.counts.errors += 1))
          .finally(() => this.#running.delete(running));
        this.#running.add(running);
      },
    );
    server.maxConnections = CONNECTIONS;
    server.setTimeout(2 * CALL_WITHIN);
    // For example when the process may open no more connections.
    server.on('error', () => void (this.counts.errors += 1));
    server.on('clientError', (_error, socket) => {
      this.counts.unreadable += 1;
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
    return server;
  }

  async #take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.on('error', () => undefined);
    // A proxy may send the whole address.
    const target = (incoming.url ?? '').replace(/^https?:\/\/[^/]*/i, '').slice(1);
    const [token = ''] = target.split(/[/?#;]/, 1);
    if (!isSame(token, this.#options.token)) {
      this.counts.elsewhere += 1;
      outgoing.writeHead(404, { Connection: 'close' }).end();
      return;
    }
    const body = await readBody(incoming, this.#options.limits ?? LIMITS).catch((error: unknown) => {
      if (error instanceof BodyNotRead) return error.reason;
      throw error;
    });
    const { method = '', headers } = incoming;
    const longer = target.length > token.length;
    const delivery = { method, headers, longer, body, source: sourceOf(incoming), time: Date.now() };
    await this.#keep(delivery, (status) => {
      const more = status === 503 ? { 'Retry-After': RETRY_AFTER } : {};
      outgoing.writeHead(status, { ...more, ...(typeof body === 'string' ? { Connection: 'close' } : {}) }).end();
    });
  }

  /** Answers at once. The sender does not wait until the callback is saved. */
  async #keep(delivery: Delivery, answer: (status: number) => void): Promise<void> {
    const { seen, onCallback } = this.#options;
    let status = 200;
    let saved: Promise<void> = Promise.resolve();
    try {
      const callback = inShape(delivery, this.#options);
      status = callback.cut === undefined ? this.#answerTo(callback) : ANSWER_TO[callback.cut];
      const kept = seen().filter(({ ours }) => ours === callback.ours).length;
      if (kept < MOST[callback.ours ? 'ours' : 'others']) saved = onCallback({ ...callback, answered: status });
      else this.counts.beyond += 1;
    } finally {
      answer(status);
    }
    await saved;
  }

  #answerTo({ hash, subject }: Omit<NewCallback, 'answered'>): 200 | 503 {
    const { seen, refusedEvents = REFUSED_EVENTS } = this.#options;
    const refused = seen().filter(({ answered }) => answered === 503).length;
    const isNew = hash !== undefined && seen().every((each) => each.hash !== hash);
    return subject !== undefined && isNew && refused < refusedEvents ? 503 : 200;
  }
}

function isSame(given: string, token: string): boolean {
  const [one, other] = [given, token].map((each) => createHash('sha256').update(each).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
