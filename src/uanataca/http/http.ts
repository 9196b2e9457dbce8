import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Agent, type buildConnector } from 'undici';
import { VideoIdError } from '../../messages/failures.js';
import { readGuardedSync } from '../../security/guarded-file.js';
import { type Server, addressOf } from './address.js';
import { type ClientCertificate, withClientCertificate } from './client-certificate.js';
import { Loss, NotConnected, asLoss } from './loss.js';
import { type Form, multipartOf } from './multipart.js';

/** Milliseconds. */
export interface Timeouts {
  /** To connect, TLS included. */
  connect: number;
  /** From the end of our request to the first byte of the answer. */
  answer: number;
  /** The longest pause inside an answer. */
  body: number;
}

export interface HttpSettings {
  /** With or without the path of the API. */
  baseUrl: string;
  timeouts: Timeouts;
  /** PEM file of the CA that signed the server's certificate. */
  ca?: string | undefined;
  /** For mutual TLS. */
  clientCertificate?: ClientCertificate | undefined;
}

export interface HttpOrder {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base path. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Sent with any method: one GET of the provider needs a body (§8.1). */
  json?: unknown;
  form?: Form;
  /** Ends the call early. It then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** One server over HTTP. It streams everything, follows no redirect, and repeats no call. */
export class Http {
  /** For messages: scheme, host and port. */
  readonly origin: string;
  readonly #basePath: string;
  readonly #timeouts: Timeouts;
  readonly #reused: Agent;
  readonly #fresh: Agent;
  #closed = false;

  /** @throws VideoIdError BAD_SETTING for an address or CA file that cannot be used. */
  constructor(settings: HttpSettings, server: Server) {
    const { origin, basePath } = addressOf(settings.baseUrl, server);
    this.origin = origin;
    this.#basePath = basePath;
    this.#timeouts = settings.timeouts;
    const connect = connectorOf(settings);
    this.#reused = new Agent({ connect });
    // In undici, pipelining 0 means one connection per request.
    this.#fresh = new Agent({ connect, pipelining: 0 });
  }

  /**
   * Sends one request and returns the answer when its headers arrive. `fresh` opens a new connection: the server may close a
   * reused one while we write, and then nobody knows whether it read the request.
   *
   * @throws Loss if no answer came; VideoIdError ARCHIVE_UNAVAILABLE if a file of the archive cannot be read.
   */
  async send(order: HttpOrder, fresh: boolean): Promise<HttpAnswer> {
    if (this.#closed) throw new Loss(false, 'this process is stopping');
    const { body, headers } = await bodyOf(order);
    const query = new URLSearchParams(order.query).toString();
    try {
      const answer = await (fresh ? this.#fresh : this.#reused).request({
        origin: this.origin,
        path: `${this.#basePath}${order.path}${query === '' ? '' : `?${query}`}`,
        method: order.method,
        headers: { accept: '*/*', 'user-agent': 'videoid-worker', ...headers },
        body,
        headersTimeout: this.#timeouts.answer,
        bodyTimeout: this.#timeouts.body,
        signal: order.signal ?? null,
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    } catch (error) {
      if (typeof body !== 'string') body?.destroy();
      throw asLoss(error);
    }
  }

  /** Waits for running calls, then closes the connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#reused.close(), this.#fresh.close()]);
  }
}

async function bodyOf(order: HttpOrder): Promise<{ body: string | Readable | null; headers: Record<string, string> }> {
  if (order.form !== undefined) {
    const { stream, contentType, length } = await multipartOf(order.form);
    return { body: stream, headers: { 'content-type': contentType, 'content-length': String(length) } };
  }
  if (order.json === undefined) return { body: null, headers: {} };
  return { body: JSON.stringify(order.json), headers: { 'content-type': 'application/json' } };
}

/** A connector that marks its failures: a request that fails before the connection exists was not sent. */
function connectorOf({ timeouts, ca, clientCertificate }: HttpSettings): buildConnector.connector {
  const options = { timeout: timeouts.connect, allowH2: false, ...(ca === undefined ? {} : { ca: pemFrom(ca) }) };
  const connect = withClientCertificate(options, clientCertificate);
  return (place, callback) =>
    connect(place, (...result) => {
      if (result[0] === null) callback(null, result[1]);
      else callback(new NotConnected(result[0]), null);
    });
}

function pemFrom(path: string): string {
  try {
    return readGuardedSync(path, 'ca');
  } catch (cause) {
    if (cause instanceof VideoIdError) throw cause;
    throw new VideoIdError('BAD_SETTING', `The CA file ${path} cannot be read.`, {
      field: 'ca',
      remedy: 'Name a PEM file that this process may read.',
      cause,
    });
  }
}
