import type { AddressInfo } from 'node:net';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { z } from 'zod';
import { FAILURES, VideoIdError } from '../messages/failures.js';
import { unroutedFailure } from '../http/app.js';
import { plainHttpServer } from '../http/server.js';
import { holderOf } from '../network/port-holder.js';

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
  const app = new Hono({ strict: false });
  app.use(async (context, next) => {
    const origin = context.req.header('origin');
    const known = hosts.has(context.req.header('host') ?? '') && (origin === undefined || origins.has(origin));
    return known ? next() : answer(notAllowed());
  });
  app.use(
    cors({
      origin: [...origins],
      allowMethods: ['POST'],
      allowHeaders: ['content-type', 'x-namespace', 'authorization'],
    }),
  );
  app.use(bodyLimit({ maxSize: BODY_LIMIT, onError: () => answer(tooLarge()) }));
  app.post('/decode', (context) => translate(context, (payloads) => codec.decode(payloads)));
  app.post('/encode', (context) => translate(context, (payloads) => codec.encode(payloads)));
  app.notFound(({ req }) => answer(unroutedFailure(app.routes, req.path)));
  app.onError((error) => answer(error instanceof VideoIdError ? error : notTranslated()));
  return app;
}

async function translate(context: Context, by: (payloads: Payload[]) => Promise<Payload[]>): Promise<Response> {
  // Browsers send a form without a preflight request, but not JSON.
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? '')) {
    return answer(wrongType());
  }
  const payloads = readPayloads(await context.req.text());
  if (payloads === undefined) return answer(malformed());
  return context.json({ payloads: (await by(payloads)).map((payload) => payloadToJSON(payload)) });
}

function readPayloads(body: string): Payload[] | undefined {
  try {
    return bodySchema.parse(JSON.parse(body)).payloads.map((payload) => JSONToPayload(payload));
  } catch {
    return undefined;
  }
}

/** The words are where Temporal's UI looks for them: `message`, without an envelope. */
function answer(failure: VideoIdError): Response {
  const { code, facts } = failure;
  // A payload that names a key which we lack, or that no key opens, is the caller's.
  const status = code === 'BAD_SETTING' ? 400 : FAILURES[code].http;
  const headers = facts['allow'] === undefined ? {} : { Allow: String(facts['allow']) };
  return Response.json(failure, { status, headers });
}

function notAllowed(): VideoIdError {
  return new VideoIdError('ORIGIN_NOT_ALLOWED', 'This Host or Origin is not allowed.', {
    remedy: 'Name it in codecServer.allowedHosts or codecServer.allowedOrigins.',
  });
}

function tooLarge(): VideoIdError {
  return new VideoIdError('BODY_TOO_LARGE', 'The request is too large.', { facts: { limit: BODY_LIMIT } });
}

function wrongType(): VideoIdError {
  return new VideoIdError('WRONG_CONTENT_TYPE', 'The body is not application/json.', { field: 'Content-Type' });
}

function malformed(): VideoIdError {
  return new VideoIdError('BAD_INPUT', 'The body is not {"payloads": […]} in proto3 JSON.', { field: 'payloads' });
}

function notTranslated(): VideoIdError {
  return new VideoIdError('STEP_FAILED', 'The payloads could not be translated.', { remedy: 'This is a defect.' });
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
