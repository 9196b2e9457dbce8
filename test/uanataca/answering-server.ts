import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http';
import { type ServerOptions, createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { DEFAULT_ASSUMPTIONS, type Assumptions } from '../../src/uanataca/one-shot/assumptions.js';
import { OneShot, type OneShotSettings } from '../../src/uanataca/one-shot/one-shot.js';

/** A request as it arrived. */
export interface Arrived {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** An answer in bytes. */
export interface Answered {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface AnsweringServer {
  address: string;
  port: number;
  arrived: Arrived[];
  /** How many connections were opened. */
  connections(): number;
  close(): Promise<void>;
}

type Answer = (request: Arrived, response: ServerResponse, raw: IncomingMessage) => Answered | undefined | void;

/** A real HTTP server on a free port. It reads each request completely, and the test says what it answers. */
export async function answeringServer(answer: Answer, tls?: ServerOptions): Promise<AnsweringServer> {
  const arrived: Arrived[] = [];
  const listener: RequestListener = (raw, response) => {
    const pieces: Buffer[] = [];
    raw.on('data', (piece: Buffer) => pieces.push(piece));
    raw.on('error', () => response.destroy());
    raw.on('end', () => {
      const request = {
        method: raw.method ?? '',
        url: raw.url ?? '',
        headers: raw.headers,
        body: Buffer.concat(pieces),
      };
      arrived.push(request);
      const given = answer(request, response, raw);
      if (given === undefined) return;
      response.writeHead(given.status ?? 200, given.headers ?? {});
      response.end(given.body ?? '');
    });
  };
  return listening(
    tls === undefined ? createServer(listener) : createTlsServer(tls, listener),
    arrived,
    tls !== undefined,
  );
}

async function listening(
  server: ReturnType<typeof createServer>,
  arrived: Arrived[],
  secure: boolean,
): Promise<AnsweringServer> {
  let connections = 0;
  server.on('connection', (_socket: Socket) => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    arrived,
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A JSON answer. */
export function json(status: number, body: unknown): Answered {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A client for a server of the test. Time-outs are long, unless the test is about them. */
export function clientOf(
  baseUrl: string,
  more: Partial<Omit<OneShotSettings, 'assumptions'>> & { assumptions?: Partial<Assumptions> } = {},
): OneShot {
  const { assumptions, ...rest } = more;
  return new OneShot({
    baseUrl,
    env: 'sandbox',
    timeouts: { connect: 10_000, answer: 10_000, body: 10_000 },
    ...rest,
    assumptions: { ...DEFAULT_ASSUMPTIONS, ...assumptions },
  });
}
