import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestCertificate } from '../uanataca/test-certificates.js';

/** What it answers in place of the provider. */
export interface Interference {
  status: number;
  body?: string;
  headers?: Record<string, string>;
  /** Which calls it takes: `POST /sign/`. Default: all. */
  calls?: RegExp;
}

export const LOGIN_PAGE: Interference = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><html><head><title>Please log in</title></head></html>',
};

/** A proxy between the worker and a plain Optimizer. It speaks TLS, passes everything on, and interferes when it is told to. */
export class InBetween {
  private interference: Interference | undefined;
  /** How often it has interfered. */
  times = 0;

  private constructor(
    private readonly server: Server,
    private readonly to: () => number,
  ) {}

  /** @param to the port of the Optimizer */
  static async start(own: TestCertificate, to: () => number): Promise<InBetween> {
    let proxy: InBetween | undefined;
    const server = createServer({ cert: own.certificate, key: own.key }, (asked, answer) => proxy?.pass(asked, answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = new InBetween(server, to);
    return proxy;
  }

  get address(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  interfere(interference: Interference): void {
    this.interference = interference;
    this.times = 0;
  }

  letThrough(): void {
    this.interference = undefined;
  }

  /** New connections get this certificate. Open ones are ended. */
  show({ certificate, key }: TestCertificate): void {
    this.server.setSecureContext({ cert: certificate, key });
    this.server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method = '', url = '', headers } = asked;
    const { interference } = this;
    if (interference !== undefined && (interference.calls ?? /^/).test(`${method} ${url}`)) {
      this.times += 1;
      asked.resume();
      answer.writeHead(interference.status, interference.headers ?? {});
      answer.end(interference.body ?? '');
      return;
    }
    const passed = forward({ host: '127.0.0.1', port: this.to(), method, path: url, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    passed.once('error', () => answer.destroy());
    asked.pipe(passed);
  }
}
