import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { recordsOf } from '../archive/records-of.js';
import { event, flat, hints, type GatewayPlace, openGatewayPlace, answerOf } from './gateway-place.js';

let place: GatewayPlace;
beforeEach(async () => {
  place = await openGatewayPlace({
    only: 'webhooks',
    gateway: { hints: { bodyWithin: 300, unknownFor: 0, perMinute: 3 } },
  });
});
afterEach(async () => place.close());

function records() {
  return recordsOf(place.config.archive.directory);
}

describe('a stranger', () => {
  it('gets for a wrong token what any unknown address gets, whatever is sent and however', async () => {
    await place.index('1012632', 'signature-known');
    const unknown = await answerOf(await fetch(`${place.address}/nowhere`, { method: 'POST', body: '{}' }));
    expect(unknown).toMatchObject({ status: 404, body: expect.stringContaining('"NO_SUCH_CALL"') as string });
    const wrong = randomBytes(24).toString('base64url');
    for (const body of [event(1012632, 'VIDEOREVIEW'), event(1, 'VIDEOREVIEW'), 'garbage', '', 'x'.repeat(70_000)]) {
      expect(await answerOf(await place.hook(wrong, body))).toEqual(unknown);
    }
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(await answerOf(await fetch(`${place.address}/webhooks/uanataca/${wrong}`, { method }))).toEqual(unknown);
    }
    expect(await place.counted(hints('wrong-token'))).toBe(9);
    expect(await place.counted(hints('foreign'))).toBe(0);
  });

  it('gets no further with a part of a token, or a token and more', async () => {
    const [token] = place.tokens;
    for (const guess of [
      token.slice(0, -1),
      `${token}x`,
      token.toUpperCase(),
      `${token}%00`,
      `${token}/x`,
      `${token}//`,
    ]) {
      expect((await place.hook(guess, event(1, 'VIDEOREVIEW'))).status).toBe(404);
    }
  });
});

describe('the provider', () => {
  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('that uses %s is told the method', async (method) => {
    const answer = await fetch(`${place.address}/webhooks/uanataca/${place.tokens[0]}`, { method });
    expect([answer.status, answer.headers.get('allow'), await answer.json()]).toMatchObject([
      405,
      'POST',
      { error: { code: 'METHOD_NOT_ALLOWED' } },
    ]);
  });

  const review = event(1, 'VIDEOREVIEW');
  it.each<[string, string, string | Buffer, Record<string, string>]>([
    ['a slash at the end', '/', JSON.stringify(review), {}],
    ['a query', '?source=console', JSON.stringify(review), {}],
    ['a slash and a query', '/?source=console', JSON.stringify(review), {}],
    ['a byte-order mark', '', `\uFEFF${JSON.stringify(review)}`, {}],
    ['a charset', '', JSON.stringify(review), { 'content-type': 'application/json; charset=UTF-8' }],
    [
      'UTF-16',
      '',
      Buffer.from(JSON.stringify(review), 'utf16le'),
      { 'content-type': 'application/json; charset="utf-16le"' },
    ],
    [
      'latin1',
      '',
      Buffer.from(JSON.stringify({ ...review, name: 'Müller' }), 'latin1'),
      { 'content-type': 'application/json' },
    ],
    ['an unknown charset', '', JSON.stringify(review), { 'content-type': 'application/json; charset=nonsense' }],
    ['the type of a form', '', JSON.stringify(review), { 'content-type': 'application/x-www-form-urlencoded' }],
    ['line ends around', '', `\r\n${JSON.stringify(review)}\r\n`, {}],
    ['no status', '', JSON.stringify({ request: 1 }), {}],
    ['a status that is null', '', JSON.stringify({ request: { pk: 1, status: null }, event_type: 'X' }), {}],
    ['a flat status that is null', '', JSON.stringify({ request: 1, status: null }), {}],
    ['a status that is a number', '', JSON.stringify({ request: 1, status: 3 }), {}],
    ['a very long status', '', JSON.stringify({ request: 1, status: 'X'.repeat(500) }), {}],
    ['an id in text', '', JSON.stringify({ request: ' 1 ', status: 'VIDEOREVIEW' }), {}],
    ['an envelope', '', JSON.stringify({ data: review }), {}],
    ['an envelope around the flat form', '', JSON.stringify({ event: flat(1, 'VIDEOREVIEW') }), {}],
    ['a list of one', '', JSON.stringify([review]), {}],
  ])('may send %s', async (_what, behind, body, headers) => {
    const address = `${place.address}/webhooks/uanataca/${place.tokens[0]}${behind}`;
    const answer = await fetch(address, { method: 'POST', body, headers });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(await place.counted(hints('foreign'))).toBe(1);
  });

  it('may leave the type of the body out', async () => {
    const socket = await open();
    const body = JSON.stringify(review);
    socket.write(`${head(`Content-Length: ${body.length}`)}${body}`);
    expect(await firstOf(socket)).toContain('HTTP/1.1 200');
    socket.destroy();
  });

  it('that names an event without its request, or with a request that is null, gets 200', async () => {
    for (const request of [{ status: 'ISSUED', pk: null }, { status: null }]) {
      expect((await place.hook(place.tokens[0], { event_type: 'X', request })).status).toBe(200);
    }
    expect(await place.counted(hints('no-request'))).toBe(2);
  });
});

describe('a hint', () => {
  it('for a request that is not ours is answered 200, counted, and nothing of it is kept', async () => {
    for (const body of [event(77, 'VIDEOREVIEW'), flat(77, 'CANCELLED'), event('78', 'NEWSTATUS')]) {
      expect(await answerOf(await place.hook(place.tokens[0], body))).toMatchObject({ status: 200, body: '' });
    }
    expect(await place.counted(hints('foreign'))).toBe(3);
    expect(records().bridgeRows('provider_ids')).toEqual([]);
  });

  it('about create, which comes before the index has the request, does not make the request foreign', async () => {
    expect((await place.hook(place.tokens[0], event(6, 'VIDEOPENDING'))).status).toBe(200);
    await place.index('6', 'signature-six');
    await place.hook(place.tokens[0], event(6, 'ISSUED'));
    expect(await place.counted(hints('not-forwarded'))).toBe(2);
    expect(await place.counted(hints('foreign'))).toBe(0);
  });

  it('is let in by both tokens while they are rotated, and by each for its own environment alone', async () => {
    await place.index('5', 'signature-five');
    const statuses = [place.tokens[0], place.tokens[1], place.otherToken].map(
      async (token) => (await place.hook(token, event(5, 'ISSUED'))).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200]);
    expect(await place.counted(hints('not-forwarded'))).toBe(2);
    expect(await place.counted(hints('foreign'))).toBe(1);
  });

  it('for our request is answered 503 with a time to come back while Temporal is out of reach', async () => {
    await place.index('6', 'signature-six');
    const sent = [event(6, 'VIDEOREVIEW'), event(6, 'VIDEOREVIEW')].map(async (body) =>
      place.hook(place.tokens[0], body),
    );
    for (const answer of await Promise.all(sent)) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const again = await place.hook(place.tokens[0], event(6, 'VIDEOREVIEW'));
    expect(again.status).toBe(503);
    // Not delivered, so not a repetition.
    expect(await place.counted(hints('repeated'))).toBe(0);
    expect(await place.counted(hints('temporal-unreachable'))).toBe(3);
  });

  it('is answered 503 while the index cannot be read, for it may be ours', async () => {
    records().changeBridge('alter table provider_ids rename to elsewhere');
    const answer = await place.hook(place.tokens[0], event(9, 'VIDEOREVIEW'));
    expect(answer.status).toBe(503);
    expect(await place.counted(hints('index-unavailable'))).toBe(1);
  });

  it('is answered 503 while the folder of the index is away', async () => {
    const index = join(place.config.archive.directory, 'index');
    renameSync(index, `${index}-elsewhere`);
    const answer = await place.hook(place.tokens[0], event(9, 'VIDEOREVIEW'));
    expect(answer.status).toBe(503);
  });

  it('that says nothing new to a request is answered 200 without a signal', async () => {
    await place.index('7', 'signature-seven');
    await place.index('8', 'enrolment-eight', 'enrolment');
    for (const body of [event(7, 'VIDEOPENDING'), flat(7, 'ISSUED'), event(8, 'RENEWED')]) {
      expect((await place.hook(place.tokens[0], body)).status).toBe(200);
    }
    expect(await place.counted(hints('not-forwarded'))).toBe(3);
  });

  it('that names no request, as the documented certificate events do, is answered 200', async () => {
    const revoked = {
      event_type: 'CERTIFICATE_REVOKED',
      sent_at: '20250715083633',
      request: { status: 'ISSUED' },
      certificates: [{ status: 'REVOKED', serial_number: 'X' }],
    };
    expect((await place.hook(place.tokens[0], revoked)).status).toBe(200);
    expect(await place.counted(hints('no-request'))).toBe(1);
  });

  it('that comes too often gets 429 with a time to come back, whether the request is ours or not', async () => {
    await place.index('10', 'signature-ten');
    for (const pk of [10, 11]) {
      const answers: Response[] = [];
      for (let count = 0; count < 4; count += 1) {
        answers.push(await place.hook(place.tokens[0], flat(pk, 'VIDEOPENDING')));
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
      expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it.each([
    ['no JSON', 'not json'],
    ['nothing', ''],
    ['a list', '[]'],
    ['a request that is a path', event('../../requests/a/1/request.json', 'VIDEOREVIEW')],
    ['a request that is no number', flat('1e3', 'VIDEOREVIEW')],
    ['a negative request', flat(-1, 'VIDEOREVIEW')],
    ['no request', { event_type: 'VIDEOID_UPDATED' }],
  ])('of %s is answered 400 behind a right token', async (_what, body) => {
    expect(await answerOf(await place.hook(place.tokens[0], body))).toMatchObject({
      status: 400,
      body: expect.stringContaining('"BAD_INPUT"') as string,
    });
    expect(await place.counted(hints('garbage'))).toBe(1);
  });
});

describe('a body', () => {
  it('of 64 KB is read', async () => {
    const body = JSON.stringify(event(1, 'VIDEOREVIEW')).padEnd(65_536, ' ');
    expect((await place.hook(place.tokens[0], body)).status).toBe(200);
  });

  it('of 65 KB is refused while it is read', async () => {
    const socket = await open();
    socket.write(head('Transfer-Encoding: chunked'));
    // The end of the body is never sent, and the answer does not wait for it.
    socket.write(`${(65_537).toString(16)}\r\n${'x'.repeat(65_537)}\r\n`);
    expect(await firstOf(socket)).toContain('HTTP/1.1 413');
    expect(await place.counted(hints('too-large'))).toBe(1);
  });

  it('announced as larger than 64 KB is refused before it is read', async () => {
    const socket = await open();
    socket.write(head('Content-Length: 65537'));
    expect(await firstOf(socket)).toContain('HTTP/1.1 413');
  });

  it('that does not come is not waited for', async () => {
    const socket = await open();
    socket.write(`${head('Content-Length: 100')}{"request"`);
    expect(await firstOf(socket)).toContain('HTTP/1.1 408');
    // The sender's connection is closed, not kept open.
    await once(socket, 'close');
    expect(await place.counted(hints('too-slow'))).toBe(1);
  });
});

describe('the log', () => {
  it('has only the result, the registration authority and documented status words of a payload', async () => {
    const canary = 'canary-Xv3nQ8tLw2Zp7Rk1';
    await place.index('4012632', 'signature-known');
    const more = { request: { pk: 4012632, status: 'VIDEOREVIEW', name: canary, email: `${canary}@example.com` } };
    await place.hook(place.tokens[0], event(4012632, 'VIDEOREVIEW', { event_type: canary, ...more }));
    await place.hook(place.tokens[0], event(5555555, canary));
    await place.hook(place.tokens[0], canary);
    await place.hook(canary, event(1, 'VIDEOREVIEW'));
    const metrics = await (await fetch(`${place.address}/metrics`)).text();
    expect(place.log()).toContain('"registrationAuthority":"139"');
    expect(place.log()).toContain('"providerStatus":"VIDEOREVIEW"');
    for (const secret of [canary, '4012632', '5555555', ...place.tokens]) {
      expect(place.log()).not.toContain(secret);
      expect(metrics).not.toContain(secret);
    }
  });

  it('says of each callback its form, its answer, where it came from and which it repeats', async () => {
    const body = event(4012632, 'VIDEOREVIEW');
    for (let count = 0; count < 2; count += 1) {
      await fetch(`${place.address}/webhooks/uanataca/${place.tokens[0]}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'x-forwarded-for': 'canary-host, 203.0.113.7', 'content-type': 'application/json' },
      });
    }
    await place.hook(place.tokens[0], flat(4012632, 'CANCELLED', '2021-07-20T08:08:21.132394'));
    const [first, second, third] = linesOf('hint');
    expect(first).toMatchObject({
      payload: 'event',
      eventType: 'VIDEOID_UPDATED',
      reason: 'foreign',
      httpStatus: 200,
      sourceAddress: '127.0.0.1',
      forwardedFor: '203.0.113.7',
      delivery: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      clockAhead: expect.any(Number) as number,
    });
    expect(second).toMatchObject({ delivery: first?.['delivery'] });
    expect(third).toMatchObject({ payload: 'flat', providerStatus: 'CANCELLED' });
    expect(third?.['delivery']).not.toBe(first?.['delivery']);
    expect(third).not.toHaveProperty('eventType');
    expect(place.log()).not.toContain('canary-host');
  });

  it('shows the fields of a callback, the first time that it has this form', async () => {
    for (const status of ['VIDEOREVIEW', 'ENROLLREADY']) await place.hook(place.tokens[0], event(4012632, status));
    await place.hook(place.tokens[0], { CanaryName: 'x', request_id: 4012632, when: '2021-07-20 08:08:21' });
    const forms = linesOf('form of a callback');
    expect(forms.map(({ level }) => level)).toEqual(['info', 'debug', 'info']);
    expect(forms[0]).toMatchObject({
      method: 'POST',
      contentType: 'text/plain',
      shape:
        'event_type:text sent_at:text:99999999999999 request.status:text request.profile:text ' +
        'request.registration_authority:number request.scratchcard:text request.pk:number certificates:list.0',
    });
    expect(forms[2]).toMatchObject({ shape: '?1:text request_id:number ?3:text:9999-99-99_99:99:99' });
    expect(place.log()).not.toContain('Canary');
  });

  it('says that a callback came by another method', async () => {
    await fetch(`${place.address}/webhooks/uanataca/${place.tokens[0]}`, { method: 'PUT', body: '{}' });
    expect(linesOf('a callback by another method')).toMatchObject([{ method: 'PUT', registrationAuthority: '139' }]);
  });
});

/** What was logged with this message. */
function linesOf(message: string): Record<string, unknown>[] {
  const lines = place.log().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['message'] === message);
}

async function open(): Promise<Socket> {
  const socket = connect(place.gateway.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

function head(length: string): string {
  return `POST /webhooks/uanataca/${place.tokens[0]} HTTP/1.1\r\nHost: gateway\r\n${length}\r\n\r\n`;
}

async function firstOf(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString('latin1');
}
