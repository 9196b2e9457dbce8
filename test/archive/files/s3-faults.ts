import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request as forward,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * What goes wrong with one request. A refusal is answered in place of the server. `lost`: it is done, and the connection is cut before
 * the answer. `hung`: nobody answers. `slow`: pieces of the request
 * pass with pauses between them. `cut`: the answer ends after so many bytes. `hangAfter`: it stops
 * there. `flipped`: one bit of the answer differs.
 */
export type Fault =
  | { status: number; code?: string }
  | 'lost'
  | 'hung'
  | 'slow'
  | { cut: number }
  | { hangAfter: number }
  | 'flipped';

/** A proxy before an S3 server, in which a test decides what goes wrong. */
export class S3Faults {
  /** Asked for each request: `PUT /bucket/key?partNumber=1`. */
  fault: (request: string) => Fault | undefined = () => undefined;
  /** All that arrived. */
  readonly arrived: string[] = [];
  /** The most parts of one object that were on their way at once. */
  mostParts = 0;
  readonly #partsOf = new Map<string, number>();
  readonly #server: Server;
  readonly #to: URL;

  private constructor(server: Server, to: string) {
    this.#server = server;
    this.#to = new URL(to);
  }

  static async start(to: string): Promise<S3Faults> {
    const server = createServer();
    const faults = new S3Faults(server, to);
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => faults.#pass(asked, answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return faults;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on, the first requests that match have this fault, as many as `times`. */
  first(matching: RegExp, fault: Fault, times = 1): void {
    let left = times;
    this.fault = (request) => {
      if (left === 0 || !matching.test(request)) return undefined;
      left -= 1;
      return fault;
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const request = `${asked.method ?? ''} ${asked.url ?? ''}`;
    this.arrived.push(request);
    const fault = this.fault(request);
    asked.on('error', () => undefined);
    this.#count(request, answer);
    if (fault === 'hung') return void asked.resume();
    if (typeof fault === 'object' && 'status' in fault) {
      asked.resume();
      answer.writeHead(fault.status, { 'content-type': 'application/xml' });
      return void answer.end(fault.code === undefined ? '' : `<Error><Code>${fault.code}</Code></Error>`);
    }
    const { hostname: host, port } = this.#to;
    const options = { host, port, method: asked.method, path: asked.url, headers: asked.headers };
    const passed = forward(options, (given) => {
      given.on('error', () => answer.destroy());
      if (fault === 'lost') return void given.resume().on('end', () => answer.destroy());
      answer.writeHead(given.statusCode ?? 502, given.headers);
      if (fault === undefined || fault === 'slow') return void given.pipe(answer);
      this.#spoil(fault, given, answer);
    });
    passed.once('error', () => answer.destroy());
    if (fault === 'slow') void slowly(asked, passed);
    else asked.pipe(passed);
  }

  #spoil(
    fault: { cut: number } | { hangAfter: number } | 'flipped',
    given: IncomingMessage,
    answer: ServerResponse,
  ): void {
    if (fault === 'flipped') {
      given.once('data', (piece: Buffer) => (piece[0] = (piece[0] ?? 0) ^ 1));
      given.pipe(answer);
      return;
    }
    let left = 'cut' in fault ? fault.cut : fault.hangAfter;
    given.on('data', (piece: Buffer) => {
      const allowed = piece.subarray(0, left);
      left -= allowed.length;
      if (allowed.length > 0) answer.write(allowed);
      if (left === 0 && 'cut' in fault) answer.end(() => answer.destroy());
    });
  }

  #count(request: string, answer: ServerResponse): void {
    const object = /^PUT ([^?]+)\?.*partNumber=/.exec(request)?.[1];
    if (object === undefined) return;
    const change = (by: number) => this.#partsOf.set(object, (this.#partsOf.get(object) ?? 0) + by);
    change(1);
    this.mostParts = Math.max(this.mostParts, ...this.#partsOf.values());
    answer.once('close', () => change(-1));
  }
}

async function slowly(asked: IncomingMessage, passed: ClientRequest): Promise<void> {
  for await (const piece of asked as AsyncIterable<Buffer>) {
    passed.write(piece);
    await pause(50);
  }
  passed.end();
}
