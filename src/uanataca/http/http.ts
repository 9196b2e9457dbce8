import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { type Server, addressOf, hostAndPortOf } from './address.js';
import { type ClientCertificate, Connector } from './connector.js';
import { explained } from './explanation.js';
import { Loss, asLoss } from './loss.js';
import { multipartOf } from './multipart.js';
import { type Observer, observed } from './observer.js';
import type { HttpOrder } from './order.js';
import { OutboundProxy, type ProxySettings } from './proxy.js';

export type { HttpOrder } from './order.js';

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
  proxy?: ProxySettings | undefined;
  /** Sees every exchange, for `videoid probe`. */
  observer?: Observer | undefined;
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
  readonly #server: Server;
  readonly #basePath: string;
  readonly #timeouts: Timeouts;
  readonly #connector: Connector;
  readonly #observer: Observer | undefined;
  readonly #reused: Agent;
  readonly #fresh: Agent;
  #closed = false;

  /** @throws VideoIdError BAD_SETTING for an address that cannot be used. */
  constructor(settings: HttpSettings, server: Server) {
    const { origin, basePath } = addressOf(settings.baseUrl, server);
    this.origin = origin;
    this.#basePath = basePath;
    this.#server = server;
    this.#timeouts = settings.timeouts;
    this.#observer = settings.observer;
    const proxy = settings.proxy && new OutboundProxy(settings.proxy, server.proxySetting);
    this.#connector = new Connector(settings.timeouts.connect, settings, proxy);
    const { connect } = this.#connector;
    this.#reused = new Agent({ connect });
    // In undici, pipelining 0 means one connection per request.
    this.#fresh = new Agent({ connect, pipelining: 0 });
  }

  /** Which server this is, in a sentence: "the Optimizer at optimizer.example.com:443". */
  get place(): string {
    return `${this.#server.name} at ${hostAndPortOf(this.origin)}`;
  }

  /** Where an order goes. */
  addressOf({ path, query }: Pick<HttpOrder, 'path' | 'query'>): URL {
    const search = new URLSearchParams(query).toString();
    return new URL(`${this.origin}${this.#basePath}${path}${search === '' ? '' : `?${search}`}`);
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
    const { pathname, search } = this.addressOf(order);
    const observation = this.#observer?.sent(order);
    try {
      const answer = await (fresh ? this.#fresh : this.#reused).request({
        origin: this.origin,
        path: `${pathname}${search}`,
        method: order.method,
        headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'videoid-worker', ...headers },
        body,
        headersTimeout: this.#timeouts.answer,
        bodyTimeout: this.#timeouts.body,
        signal: order.signal ?? null,
      });
      const { statusCode: status, headers: answered } = answer;
      observation?.answered(status, answered);
      return { status, headers: answered, body: observation ? observed(answer.body, observation) : answer.body };
    } catch (error) {
      if (typeof body !== 'string') body?.destroy();
      const loss = await this.#explained(asLoss(error));
      observation?.lost(loss);
      throw loss;
    }
  }

  /** A loss with its true cause. Looking for it must not hide the loss. */
  async #explained(loss: unknown): Promise<unknown> {
    if (!(loss instanceof Loss)) return loss;
    const connector = this.#connector;
    const call = { origin: this.origin, server: this.#server, connectWithin: this.#timeouts.connect };
    try {
      return await explained(loss, { ...call, connector, files: await connector.files() });
    } catch {
      return loss;
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
