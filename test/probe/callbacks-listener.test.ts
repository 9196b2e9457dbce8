import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { listenAddress } from '../../src/probe/callbacks/listen-address.js';
import { readProbeFile } from '../../src/probe/storage.js';
import { event, flat } from '../gateway/gateway-place.js';
import { type CallbackPlace, MAIN, openCallbackPlace, SECOND } from './callback-place.js';

const CANARY = 'canary-Xv3nQ8tLw2Zp7Rk1';

let place: CallbackPlace;
beforeEach(async () => {
  place = await openCallbackPlace();
  await place.run.keepId('main.request_pk', String(MAIN));
});
afterEach(async () => place.close());

describe('the address', () => {
  it('has a secret part, and stays the same when the probe is taken up again', async () => {
    const { pathname } = new URL(place.callbacks.address ?? '');
    expect(pathname).toMatch(/^\/[\w-]{43}$/);
    expect(place.callbacks.advice.join('\n')).toContain('The provider must be able to reach this address');
    const { address } = place.callbacks;
    await place.restart({});
    expect(place.callbacks.address).toBe(address);
    expect(await readFile(place.path, 'utf8')).not.toContain(pathname.slice(1));
  });

  it('is the only one that is taken. All others are 404, and only counted', async () => {
    const address = place.callbacks.address ?? '';
    for (const other of [
      new URL('/', address).href,
      address.slice(0, -1),
      `${address}x`,
      new URL(`/${CANARY}`, address).href,
    ]) {
      const answer = await fetch(other, { method: 'POST', body: JSON.stringify(event(MAIN, 'VIDEOREVIEW')) });
      expect([answer.status, await answer.text()]).toEqual([404, '']);
    }
    await place.callbacks.close();
    expect(place.run.file.callbacks).toEqual([]);
    expect(place.run.file.notes.slice(1)).toMatchObject([{ name: 'callbacks, listener: elsewhere', value: 4 }]);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])('takes %s too, and longer paths', async (method) => {
    expect(
      (await place.send('', { method, path: '/more?of=it', ...(method === 'PUT' ? {} : { body: null }) })).status,
    ).toBe(200);
    expect(await place.seen(1)).toMatchObject([{ method, longer: true, form: 'empty', payload: 'other', ours: false }]);
  });

  it('that another process has is named', async () => {
    const { port } = new URL(place.callbacks.address ?? '');
    await expect(openCallbackPlace({ listen: port })).rejects.toMatchObject({ code: 'PORT_TAKEN', field: '--listen' });
  });

  it('may have a host', () => {
    expect(listenAddress('8085')).toEqual({ host: '127.0.0.1', port: 8085 });
    expect(listenAddress('0.0.0.0:1')).toEqual({ host: '0.0.0.0', port: 1 });
    expect(listenAddress('[::1]:0')).toEqual({ host: '::1', port: 0 });
    for (const bad of ['', 'host', '70000', 'a:b:1', '1:', 'http://127.0.0.1:1']) {
      expect(() => listenAddress(bad)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }) as Error);
    }
  });
});

describe('a callback', () => {
  it('of the event form is kept in shape', async () => {
    await place.send(event(MAIN, 'VIDEOREVIEW'), {
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': `${CANARY}, 203.0.113.7`,
        'x-delivery-id': CANARY,
      },
    });
    const [callback] = await place.seen(1);
    expect(callback).toMatchObject({
      number: 1,
      method: 'POST',
      contentType: 'application/json',
      form: 'json',
      payload: 'event',
      event: 'VIDEOID_UPDATED',
      status: 'VIDEOREVIEW',
      subject: 'main',
      ours: true,
      answered: 503,
      from: '127.0.0.1',
      forwarded: ['203.0.113.7'],
      clockAhead: expect.any(Number) as number,
      body: {
        fields: {
          sent_at: { type: 'string', length: 14, form: 'digits' },
          request: { fields: { pk: { type: 'number', digits: 7 }, status: { is: 'VIDEOREVIEW' } } },
        },
      },
    });
    expect(callback?.headers).toEqual(expect.arrayContaining(['content-type', 'x-delivery-id', 'x-forwarded-for']));
    await place.run.save();
    expect(await readProbeFile(place.path)).toMatchObject({ callbacks: [{ number: 1 }] });
  });

  it('of the flat form, in an envelope, and with a new word is read too', async () => {
    await place.send(flat(MAIN, 'CANCELLED', '2021-07-20T08:08:21.132394'));
    await place.send({ data: event(MAIN, 'ENROLLREADY') });
    await place.send(event(MAIN, 'PAPERS_MISSING', { event_type: 'REQUEST_PAUSED' }));
    expect(await place.seen(3)).toMatchObject([
      { payload: 'flat', status: 'CANCELLED', clockAhead: expect.any(Number) as number },
      { payload: 'event', wrapped: true, status: 'ENROLLREADY' },
      { payload: 'event', status: 'PAPERS_MISSING', event: 'REQUEST_PAUSED' },
    ]);
  });

  it('of an unknown form is found by the id in it', async () => {
    await place.send({ kind: 'x', payload: { request_id: MAIN, state: 'ENROLLREADY' } });
    await place.send({ kind: 'x', payload: { request_id: 77, state: 'ENROLLREADY' } });
    expect(await place.seen(2)).toMatchObject([
      { payload: 'other', subject: 'main', status: 'ENROLLREADY', ours: true },
      { payload: 'other', ours: false },
    ]);
  });

  it('about a request of others is not ours', async () => {
    await place.send(event(4012632, 'ISSUED'));
    await place.send(flat(4012632, 'ISSUED'));
    const seen = await place.seen(2);
    expect(seen).toMatchObject([
      { ours: false, answered: 200 },
      { ours: false, answered: 200 },
    ]);
    expect(seen[0]).not.toHaveProperty('subject');
  });

  it('that names no request may be ours, and is not refused', async () => {
    await place.send({ event_type: 'REQUEST_ENROLLED', request: { status: 'ISSUED' }, certificates: [] });
    const [callback] = await place.seen(1);
    expect(callback).toMatchObject({ ours: true, status: 'ISSUED', answered: 200 });
    expect(callback).not.toHaveProperty('subject');
  });

  it('that came before the answer to our call becomes ours when the id is known', async () => {
    await place.send(event(SECOND, 'VIDEOPENDING'));
    expect(await place.seen(1)).toMatchObject([{ ours: false }]);
    await place.run.keepId('second.request_pk', String(SECOND));
    expect(place.run.file.callbacks).toMatchObject([{ ours: true, subject: 'second' }]);
  });

  it.each([
    ['no JSON', CANARY, 'text'],
    ['a page', `<html>${CANARY}</html>`, 'page'],
    ['broken JSON', `{"${CANARY}`, 'broken'],
    ['bytes', Buffer.from([0, 255, 254, 1, 2]), 'text'],
    ['a list of lists', '[[[[[[[[[[[[[1]]]]]]]]]]]]]', 'json'],
    ['null', 'null', 'json'],
  ])('of %s is answered 200, and kept without content', async (_what, body, form) => {
    expect((await place.send(body)).status).toBe(200);
    const seen = await place.seen(1);
    expect(seen).toMatchObject([{ form, payload: 'other', ours: false }]);
    expect(JSON.stringify(seen)).not.toContain(CANARY);
  });

  it('holds none of its values, whatever they are and wherever they stand', async () => {
    const name = 'Ximena Canaria';
    const person = { given_name: 'Ximena', surname_1: 'Canaria', email: 'canary.person@mail.example', pin: '90817263' };
    const odd = {
      [name]: 1,
      Canaria: 2,
      [CANARY]: [CANARY],
      '+34600123987': {},
      [`link ${CANARY}`]: `https://x.example/${CANARY}`,
    };
    await place.send(
      event(MAIN, CANARY, {
        ...odd,
        event_type: CANARY,
        videoid_data: person,
        date: CANARY,
        deep: { deep: { ...odd, ...person } },
      }),
      { headers: { [CANARY]: CANARY, 'content-type': `text/${CANARY}`, forwarded: `for=${CANARY}`, 'x-ximena': '1' } },
    );
    const seen = JSON.stringify(await place.seen(1));
    const sent = [
      CANARY,
      'Ximena',
      'Canaria',
      'ximena',
      'canary.person',
      '600123987',
      '90817263',
      'x.example',
      String(MAIN),
      '2678100',
      '20250715',
    ];
    for (const canary of sent) expect(seen).not.toContain(canary);
  });

  it('that is too large, or does not come, is kept as such', async () => {
    expect((await place.send('x'.repeat(65_537))).status).toBe(413);
    const { port, pathname } = new URL(place.callbacks.address ?? '');
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"request"`);
    socket.end();
    socket.destroySoon();
    expect(await place.seen(2)).toMatchObject([
      { cut: 'too-large', answered: 413, payload: 'other' },
      { cut: 'broken-off', answered: 400, payload: 'other' },
    ]);
  });
});

describe('503', () => {
  it('is the answer to the first delivery of the first event of ours, once in a whole probe', async () => {
    await place.send(event(4012632, 'VIDEOREVIEW'));
    const first = await place.send(event(MAIN, 'VIDEOREVIEW'));
    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([503, '5', '']);
    const again = await place.send(event(MAIN, 'VIDEOREVIEW'));
    expect([again.status, await again.text()]).toEqual([200, '']);
    await place.restart();
    await place.send(event(MAIN, 'VIDEOREVIEW'));
    await place.send(event(MAIN, 'ENROLLREADY'));
    const seen = await place.seen(5);
    expect(seen.map(({ answered }) => answered)).toEqual([200, 503, 200, 200, 200]);
    expect(seen.map(({ repeats }) => repeats)).toEqual([undefined, undefined, 2, 2, undefined]);
    expect(seen.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('the run', () => {
  it('is not disturbed by a flood of callbacks of others, and keeps the own ones', async () => {
    for (let count = 0; count < 130; count += 1) await place.send(event(4_000_000 + count, 'ISSUED'));
    await place.send(event(MAIN, 'VIDEOREVIEW'));
    const seen = await place.seen(101);
    expect(seen.at(-1)).toMatchObject({ ours: true });
    await place.callbacks.close();
    expect(place.run.file.notes.slice(1)).toMatchObject([{ name: 'callbacks, listener: beyond', value: 30 }]);
  });

  it('is not disturbed by what is no HTTP, nor by callbacks that cannot be kept', async () => {
    const { port } = new URL(place.callbacks.address ?? '');
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('nonsense\r\n\r\n');
    expect(String(await once(socket, 'data'))).toContain('400 Bad Request');
    socket.destroy();
    jest.spyOn(place.run, 'save').mockRejectedValueOnce(new Error(CANARY));
    expect((await place.send(event(4012632, 'VIDEOREVIEW'))).status).toBe(200);
    await place.callbacks.close();
    expect(place.run.file.notes.slice(1)).toMatchObject([
      { name: 'callbacks, listener: unreadable', value: 1 },
      { name: 'callbacks, listener: errors', value: 1 },
    ]);
  });
});
