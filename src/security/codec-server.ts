import type { AddressInfo } from 'node:net';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { z } from 'zod';
import { VideoIdError } from '../messages/failures.js';
import { plainHttpServer } from './http-server.js';
import { holderOf } from './port-holder.js';

/** Bytes. Temporal accepts at most 4 MB in one gRPC message. In base64 and JSON, that is less than this. */
const BODY_LIMIT = 8 * 1024 * 1024;

/** Milliseconds for a whole request. */
const REQUEST_WITHIN = 10_000;

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

const bodySchema = z.object({ payloads: z.array(z.record(z.string(), z.unknown())) });

export interface CodecServerOptions {
  codec: PayloadCodec;
  /** Interface to listen on; loopback if not given. */
  host?: string;
  /** 0 takes any free port. */
  port: number;
  /** Addresses of the Temporal UI, as browsers name them: `http://127.0.0.1:8233`. */
  allowedOrigins: readonly string[];
  /** Other accepted values of `Host`, `name:port`. The server's own address is always accepted. */
  allowedHosts?: readonly string[];
  /** Milliseconds for a whole request. Default: 10 000. Slower requests are cut off. */
  within?: number;
}

/**
 * Serves Temporal's remote codec protocol (`POST /decode`, `POST /encode`, proto3 JSON) to the Temporal UI and CLI.
 * Anybody who reaches it can read the data that Temporal stores encrypted. So it listens on loopback, and refuses foreign
 * `Host`s (DNS rebinding) and `Origin`s. It has no seal key, and logs nothing.
 *
 * @throws VideoIdError PORT_TAKEN when the port is in use.
 */
export async function startCodecServer(
  options: CodecServerOptions,
): Promise<{ url: string; close: () => Promise<void> }> {
  const { host = '127.0.0.1', port, codec, within = REQUEST_WITHIN } = options;
  const hosts = new Set(options.allowedHosts);
  const origins = new Set(options.allowedOrigins);
  const server = plainHttpServer(createApp(codec, hosts, origins).fetch, { within });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(notListening(cause, host, port)));
    server.listen(port, host, resolve);
  });
  const own = ownHosts(host, portOf(server.address()));
  for (const name of own) hosts.add(name);
  return {
    url: `http://${own[0]}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function createApp(codec: PayloadCodec, hosts: ReadonlySet<string>, origins: ReadonlySet<string>): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const origin = context.req.header('origin');
    const known = hosts.has(context.req.header('host') ?? '') && (origin === undefined || origins.has(origin));
    return known ? next() : refuse(context, 403, 'This Host or Origin is not allowed.');
  });
  app.use(
    cors({
      origin: [...origins],
      allowMethods: ['POST'],
      allowHeaders: ['content-type', 'x-namespace', 'authorization'],
    }),
  );
  app.use(bodyLimit({ maxSize: BODY_LIMIT, onError: (context) => refuse(context, 413, 'The request is too large.') }));
  app.post('/decode', (context) => translate(context, (payloads) => codec.decode(payloads)));
  app.post('/encode', (context) => translate(context, (payloads) => codec.encode(payloads)));
  app.notFound((context) => refuse(context, 404, 'Only POST /decode and POST /encode exist.'));
  app.onError((error, context) =>
    error instanceof VideoIdError
      ? context.json(error.toJSON(), 400)
      : refuse(context, 500, 'The payloads could not be translated.'),
  );
  return app;
}

async function translate(context: Context, by: (payloads: Payload[]) => Promise<Payload[]>): Promise<Response> {
  // Browsers send a form without a preflight request, but not JSON.
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? '')) {
    return refuse(context, 415, 'The body is not application/json.');
  }
  const payloads = readPayloads(await context.req.text());
  if (payloads === undefined) return refuse(context, 400, 'The body is not {"payloads": […]} in proto3 JSON.');
  return context.json({ payloads: (await by(payloads)).map((payload) => payloadToJSON(payload)) });
}

function readPayloads(body: string): Payload[] | undefined {
  try {
    return bodySchema.parse(JSON.parse(body)).payloads.map((payload) => JSONToPayload(payload));
  } catch {
    return undefined;
  }
}

function refuse(context: Context, status: 400 | 403 | 404 | 413 | 415 | 500, message: string): Response {
  return context.json({ message }, status);
}

/** The accepted values of `Host` for this server. Its address comes first. */
function ownHosts(host: string, port: number): string[] {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const names = LOOPBACK.includes(name) ? [name, ...LOOPBACK] : [name];
  return names.map((each) => `${each}:${port}`);
}

function portOf(address: AddressInfo | string | null): number {
  if (address !== null && typeof address === 'object') return address.port;
  throw new VideoIdError('SETUP_FAILED', 'The codec server has no TCP port.', { field: 'codecServer.port' });
}

function notListening(cause: Error, host: string, port: number): VideoIdError {
  const taken = 'code' in cause && cause.code === 'EADDRINUSE';
  return new VideoIdError(
    taken ? 'PORT_TAKEN' : 'SETUP_FAILED',
    `The codec server cannot listen on ${host}:${port}${taken ? `: the port is in use.${holderOf(port)}` : '.'}`,
    { field: 'codecServer.port', remedy: 'Set codecServer.host and codecServer.port to a free address.', cause },
  );
}
