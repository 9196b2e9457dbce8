import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { Refusal, successBody, type Answer } from './answers.js';
import type { Api, Body, Call, Endpoint, Incoming } from './endpoint.js';
import { numberParameter, parameter, type Fault } from '../faults/faults.js';
import { answeredBy, likened } from './likened.js';
import type { Provider } from '../provider.js';
import { text } from '../requests/raos.js';
import type { ProviderRequest } from '../requests/requests.js';
import type { Behaviour } from '../settings/settings.js';

export type SandboxContext = Context<{ Bindings: HttpBindings }>;

/** Carries out one call: counts it, applies faults, does the work, applies faults again, and answers. */
export async function serveCall<R extends ProviderRequest>(
  provider: Provider,
  api: Api<R>,
  endpoint: Endpoint<R>,
  context: SandboxContext,
): Promise<Response> {
  const { calls, faults, log, settings } = provider.parts;
  const { incoming } = context.env;
  const named = api.named(provider, context.req.param());
  const body = await api.read(endpoint, incoming, settings.behaviour(named?.registrationAuthority));
  const { fields } = body;
  const registrationAuthority =
    named?.registrationAuthority ?? text(fields['registration_authority']) ?? text(fields['ra']);
  const met = faults.meet({
    moments: ['before', 'after', 'work'],
    endpoint: endpoint.name,
    request: named?.pk,
    registrationAuthority,
    phone: named?.phone ?? text(fields['mobile_phone_number']),
  });
  const number = calls.received(
    endpoint.name,
    named?.pk,
    met.map((fault) => fault.order.name),
  );
  const call: Call<R> = {
    provider,
    behaviour: settings.behaviour(registrationAuthority),
    params: context.req.param(),
    query: context.req.query(),
    body: fields,
    files: body.files,
    incoming: met.some(({ order }) => order.name === 'hold-before') ? await arrived(incoming) : incoming,
    request: named,
    fault: (name) => met.find((fault) => fault.order.name === name),
  };
  const end = (how: number | 'cut'): void => {
    calls.ended(number, how, call.request?.pk);
    log('call', {
      endpoint: endpoint.name,
      end: how,
      ...(call.request === undefined ? {} : { request: call.request.pk }),
    });
  };

  const early = await actBefore(provider, api, met);
  if (early === 'cut') {
    end('cut');
    return cut(context);
  }
  const response = early === undefined ? await work(provider, api, endpoint, call, body) : respond(early, call);
  const late = early === undefined ? await actAfter(provider, api, met) : undefined;
  if (late === 'cut') {
    await response.body?.cancel();
    end('cut');
    return cut(context);
  }
  if (late === 'half') {
    end('cut');
    return sendHalf(context.env.outgoing, response);
  }
  const final = late === undefined ? response : respond(late, call);
  end(final.status);
  return final;
}

/** Reads the whole body before the call is held. So the call goes on if the caller gives up. */
async function arrived(incoming: IncomingMessage): Promise<Incoming> {
  return Object.assign(Readable.from(await buffer(incoming)), { headers: incoming.headers, url: incoming.url });
}

async function work<R extends ProviderRequest>(
  provider: Provider,
  api: Api<R>,
  endpoint: Endpoint<R>,
  call: Call<R>,
  body: Body,
): Promise<Response> {
  const { likeness } = provider.parts;
  const before = call.request?.status;
  try {
    if (body.problem !== undefined) throw body.problem;
    const answer = await endpoint.work(call);
    const response = await likened(likeness, answeredBy(endpoint, call, before), respond(answer, call));
    if (call.request !== undefined && endpoint.method !== 'GET') countDone(provider, endpoint.name, call.request);
    return response;
  } catch (error) {
    if (error instanceof Refusal) {
      const refusal = api.refusal(error, call.behaviour);
      const response = Response.json(refusal.body, { status: refusal.status });
      return likened(likeness, answeredBy(endpoint, call, before, error), response);
    }
    provider.parts.log('failure', { endpoint: endpoint.name, why: error instanceof Error ? error.name : 'unknown' });
    return Response.json(api.failure(500, 'Internal Server Error'), { status: 500 });
  }
}

/** Counts the work that was done, as opposed to the calls received: "created once, signed once". */
function countDone(provider: Provider, endpoint: string, request: ProviderRequest): void {
  request.done[endpoint] = (request.done[endpoint] ?? 0) + 1;
  provider.parts.requests.save(request);
}

type Failures = Pick<Api<never>, 'failure'>;

async function actBefore(
  provider: Provider,
  api: Failures,
  met: readonly Fault[],
): Promise<Answer | 'cut' | undefined> {
  for (const fault of met) {
    const { name } = fault.order;
    if (name === 'slow') await pause(numberParameter(fault, 'ms'));
    else if (name === 'hold-before') await provider.parts.faults.hold(fault);
  }
  for (const fault of met) {
    const words = String(parameter(fault, 'text'));
    switch (fault.order.name) {
      case 'connection-cut-before':
        return 'cut';
      case 'answer-503':
        return raw(api, 503, words, numberParameter(fault, 'retryAfter'));
      case 'answer-429':
        return raw(api, 429, words, numberParameter(fault, 'retryAfter'));
      case 'answer-500':
        return raw(api, 500, words);
      case 'answer-other':
        return other(api, numberParameter(fault, 'code'), words);
      default:
    }
  }
  return undefined;
}

async function actAfter(
  provider: Provider,
  api: Failures,
  met: readonly Fault[],
): Promise<Answer | 'cut' | 'half' | undefined> {
  for (const fault of met) {
    if (fault.order.name === 'hold-after') await provider.parts.faults.hold(fault);
  }
  for (const fault of met) {
    switch (fault.order.name) {
      case 'answer-lost':
        return 'cut';
      case 'answer-cut':
        return 'half';
      case 'answer-500-after':
        return raw(api, 500, String(parameter(fault, 'text')));
      default:
    }
  }
  return undefined;
}

/** The provider refuses in its own form. Pages, JSON and what is not a refusal are given as they are. */
function other(api: Failures, status: number, words: string): Answer {
  if (words.startsWith('{')) return { kind: 'raw', status, body: words, contentType: 'application/json' };
  if (words === '' || words.startsWith('<') || status < 400) {
    return { kind: 'raw', status, body: words, contentType: 'text/html' };
  }
  return raw(api, status, words);
}

function raw(api: Failures, status: number, words: string, retryAfter = 0): Answer {
  return {
    kind: 'raw',
    status,
    body: JSON.stringify(api.failure(status, words)),
    contentType: 'application/json',
    ...(retryAfter > 0 ? { headers: { 'retry-after': String(retryAfter) } } : {}),
  };
}

function respond(answer: Answer, call: { behaviour: Behaviour }): Response {
  switch (answer.kind) {
    case 'success':
      return Response.json(successBody(answer, call.behaviour));
    case 'json':
      return Response.json(answer.body, { status: answer.status });
    case 'raw':
      return new Response(answer.body, {
        status: answer.status,
        headers: { 'content-type': answer.contentType, ...answer.headers },
      });
    case 'file': {
      const { path, before = '', grown = { bytes: 0, stated: true }, change } = answer;
      const size = Buffer.byteLength(before) + statSync(path).size + grown.bytes;
      const stream = Readable.toWeb(Readable.from(between(before, createReadStream(path), grown.bytes)));
      const bytes = stream as ReadableStream<Uint8Array>;
      return new Response(change === undefined ? bytes : changed(bytes, change), {
        headers: {
          'content-type': answer.contentType,
          ...(grown.stated ? { 'content-length': String(size) } : {}),
        },
      });
    }
  }
}

async function* between(before: string, file: Readable, blanks: number): AsyncGenerator<Uint8Array> {
  if (before !== '') yield Buffer.from(before);
  yield* file as AsyncIterable<Uint8Array>;
  for (let left = blanks; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536), ' ');
}

/** Changes the first chunk, but not its length. */
function changed(stream: ReadableStream<Uint8Array>, change: (bytes: Buffer) => Buffer): ReadableStream<Uint8Array> {
  let first = true;
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(first ? change(Buffer.from(chunk)) : chunk);
        first = false;
      },
    }),
  );
}

/** Destroys the connection without an answer. */
function cut(context: SandboxContext): Response {
  context.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Announces the whole answer, sends half of it, and cuts the connection. */
async function sendHalf(outgoing: ServerResponse, response: Response): Promise<Response> {
  const bytes = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), 'content-length': bytes.length });
  await new Promise<void>((resolve) => {
    outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => resolve());
  });
  outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
