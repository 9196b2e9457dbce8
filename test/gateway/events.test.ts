import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import type { Changes } from '../../src/client.js';
import { answerEvents } from '../../src/gateway/api/events.js';
import { plainHttpServer } from '../../src/http/server.js';
import { ToldRequest } from '../client/told-request.js';
import { type GatewayPlace, openGatewayPlace } from './gateway-place.js';

let place: GatewayPlace;
let archive: Archive;
beforeAll(async () => {
  place = await openGatewayPlace();
  archive = await openArchive(place.config.archive);
});
afterAll(async () => {
  await archive.close();
  await place.close();
});

interface Told {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}

/** A stream as an EventSource reads it. */
async function* streamed(reference: string, options: { query?: string; last?: string; signal?: AbortSignal } = {}) {
  const { query = '', last, signal } = options;
  const headers = {
    authorization: `Bearer ${place.apiToken}`,
    ...(last === undefined ? {} : { 'last-event-id': last }),
  };
  const answer = await fetch(`${place.address}/v1/requests/${reference}/events${query}`, {
    headers,
    ...(signal === undefined ? {} : { signal }),
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) yield toldIn(part);
  }
}

function toldIn(part: string): Told {
  const fields = Object.fromEntries(
    part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  ) as Record<string, string>;
  const { event = '', id, data = '{}' } = fields;
  return { event, ...(id === undefined ? {} : { id }), data: JSON.parse(data) as Told['data'] };
}

/** The status that is at least as new as an event. */
async function statusAt(reference: string, event: number): Promise<object> {
  const headers = { authorization: `Bearer ${place.apiToken}` };
  return (await (
    await fetch(`${place.address}/v1/requests/${reference}?event=${event}`, { headers })
  ).json()) as object;
}

/** An id is the number of an entry, and its mark. */
function numberIn(id: string | undefined): string | undefined {
  return id?.replace(/-[0-9a-f]{8}$/, '');
}

async function failureOf(path: string, headers: Record<string, string> = {}): Promise<object> {
  const answer = await fetch(`${place.address}/v1/requests/${path}`, {
    headers: { authorization: `Bearer ${place.apiToken}`, ...headers },
  });
  const { error } = (await answer.json()) as { error: object };
  return { status: answer.status, ...error };
}

test('a stream tells the status, every change with its number, and the end', async () => {
  const request = await ToldRequest.begin(archive, 'told');
  await request.enter('video');
  const told: Told[] = [];
  for await (const each of streamed('told')) {
    told.push(each);
    if (each.data['stage'] === 'video') await request.enter('review');
    if (each.data['stage'] === 'review') await request.end();
  }
  const words = told.map(({ event, id, data }) => [event, numberIn(id), data['what'] ?? data['stage']]);
  expect(words).toEqual([
    ['status', undefined, 'video'],
    ['change', '2', 'stage'],
    ['status', undefined, 'review'],
    ['change', '3', 'ended'],
    ['status', undefined, 'ended'],
    ['end', undefined, undefined],
  ]);
  expect(told[0]?.data).not.toHaveProperty('events');
  expect(told[1]?.data).toMatchObject({ number: 2, facts: { stage: 'review' } });
});

test('a stream that is cut and resumed by its last id tells every entry once', async () => {
  const request = await ToldRequest.begin(archive, 'cut');
  const telling = (async () => {
    for (let at = 0; at < 40; at += 1) await request.tell({}, `a-${at}`, `b-${at}`);
    await request.end();
  })();
  const seen: string[] = [];
  for (let ended = false; !ended;) {
    const cut = new AbortController();
    const [last] = seen.slice(-1);
    try {
      const source = streamed('cut', {
        ...(last === undefined ? { query: '?after=0' } : { last }),
        signal: cut.signal,
      });
      for await (const { event, id } of source) {
        if (id !== undefined) seen.push(id);
        ended ||= event === 'end';
        if (seen.length % 7 === 3) cut.abort();
      }
    } catch (error) {
      if (!cut.signal.aborted) throw error;
    }
  }
  await telling;
  expect(seen.map(numberIn)).toEqual(Array.from({ length: 81 }, (_, at) => String(at + 1)));
});

test('an id that the journal does not have yet is answered with a reset, and all entries', async () => {
  const request = await ToldRequest.begin(archive, 'restored');
  await request.enter('video');
  await request.end();
  const events: string[] = [];
  for await (const { event, id } of streamed('restored', { last: '99' }))
    events.push([event, numberIn(id)].join(' ').trim());
  expect(events).toEqual(['reset', 'change 1', 'change 2', 'status', 'end']);
});

test('an id of an entry that the archive has no more is answered with a reset, and all entries', async () => {
  const request = await ToldRequest.begin(archive, 'other');
  await request.enter('video');
  await request.end();
  const [first = ''] = await idsOf('other', '0');
  const other = first.replace(/-.*/, '-00000000');
  expect((await idsOf('other', first)).map(numberIn)).toEqual(['2']);
  expect((await idsOf('other', other)).map(numberIn)).toEqual(['1', '2']);
});

async function idsOf(reference: string, last: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of streamed(reference, { last })) if (id !== undefined) ids.push(id);
  return ids;
}

test('a wrong id, a wrong query and a wrong reference get a status code', async () => {
  await ToldRequest.begin(archive, 'there');
  const badId = { status: 400, code: 'BAD_INPUT', field: 'Last-Event-ID' };
  expect(await failureOf('there/events', { 'last-event-id': 'x' })).toMatchObject(badId);
  expect(await failureOf('there/events?after=-1')).toMatchObject({ status: 400, code: 'BAD_INPUT', field: 'after' });
  expect(await failureOf('nobody/events')).toMatchObject({ status: 404, code: 'REQUEST_NOT_FOUND' });
});

test('a status is at least as new as its caller wants, or says that it is behind', async () => {
  const request = await ToldRequest.begin(archive, 'newer');
  await request.enter('video');
  const awaited = statusAt('newer', 2);
  await request.enter('review');
  expect(await awaited).toMatchObject({ stage: 'review', event: 2 });
  expect(await awaited).not.toHaveProperty('behind');
  expect(await statusAt('newer', 3)).toMatchObject({ stage: 'review', event: 2, behind: true });
});

test('nothing piles up for a reader that takes nothing', async () => {
  const given = { groups: 0 };
  async function* endless(): AsyncGenerator<Changes> {
    for (;;) {
      given.groups += 1;
      yield [{ entry: { number: given.groups, at: '', what: 'x'.repeat(50_000) } }];
    }
  }
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/', async (context) => await answerEvents(context as never, endless, new AbortController().signal));
  const server = plainHttpServer((request, bindings) => app.fetch(request, bindings), { within: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  for (let before = 0; before === 0 || given.groups > before; await pause(200)) before = given.groups;
  // What the sockets of the system hold.
  expect(given.groups * 50_000).toBeLessThan(50_000_000);
  socket.destroy();
  server.closeAllConnections();
  server.close();
});
