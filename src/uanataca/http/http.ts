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
  /** Until the connection stands, TLS included. */
  connect: number;
  /** From the end of our request to the first byte of the answer. */
  answer: number;
  /** The longest silence inside an answer. */
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
  /** Sent with any method: the provider wants it with a GET (§8.1). */
  json?: unknown;
  form?: Form;
  /** Ends the call early; the call then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** One server over HTTP. Streams everything, follows no redirect, repeats nothing by itself. */
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
    // pipelining 0 is undici's word for a connection per request.
    this.#fresh = new Agent({ connect, pipelining: 0 });
  }

  /**
   * Sends one request and gives the answer as soon as its headers are there. `fresh` takes a connection of its own:
   * a kept connection may be closed by the server at the moment we write, and then nobody knows whether it was read.
   *
   * @throws Loss when no answer came; VideoIdError ARCHIVE_UNAVAILABLE when a file of ours cannot be read.
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

/** A connector whose failures are recognizable: what fails before the connection stands was not sent. */
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
