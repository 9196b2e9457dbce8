import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outlineOf } from '../../src/messages/callback-outline.js';
import { shapeIn } from '../../src/probe/callbacks/log-lines.js';
import { event, flat, type GatewayPlace, openGatewayPlace } from '../gateway/gateway-place.js';
import { type CallbackPlace, MAIN, openCallbackPlace } from './callback-place.js';

const CANARY = 'canary-Xv3nQ8tLw2Zp7Rk1';

let folder: string;
let path: string;
let gateway: GatewayPlace;
let place: CallbackPlace;
let written = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-log-'));
  path = join(folder, 'gateway.log');
  await writeFile(path, '');
  gateway = await openGatewayPlace({ only: 'webhooks', gateway: { hints: { unknownFor: 0 } } });
  place = await openCallbackPlace({ gatewayLog: path });
  written = 0;
});
afterEach(async () => {
  await place.close();
  await gateway.close();
  await rm(folder, { recursive: true });
});

/** Writes what the gateway has logged since the last time. */
async function flush(): Promise<void> {
  const log = gateway.log();
  await appendFile(path, log.slice(written));
  written = log.length;
}

describe("the gateway's log", () => {
  it('tells of callbacks of both forms, without their ids', async () => {
    await gateway.hook(gateway.tokens[0], event(MAIN, 'VIDEOREVIEW'));
    await flush();
    await gateway.hook(gateway.tokens[0], flat(MAIN, 'CANCELLED', '2021-07-20T08:08:21.132394'));
    await flush();
    const [first, second] = await place.seen(2);
    expect(first).toMatchObject({
      number: 1,
      fromLog: true,
      ours: true,
      payload: 'event',
      event: 'VIDEOID_UPDATED',
      status: 'VIDEOREVIEW',
      answered: 200,
      from: '127.0.0.1',
      contentType: 'text/plain',
      body: {
        type: 'object',
        fields: {
          sent_at: { type: 'string', form: '99999999999999' },
          request: { type: 'object', fields: { pk: { type: 'number' } } },
          certificates: { type: 'list', length: 0 },
        },
      },
    });
    expect(first).not.toHaveProperty('subject');
    expect(second).toMatchObject({ payload: 'flat', status: 'CANCELLED', clockAhead: expect.any(Number) as number });
  });

  it('tells what repeats another, also over a stop of the probe, and nothing twice', async () => {
    await gateway.hook(gateway.tokens[0], event(MAIN, 'VIDEOREVIEW'));
    await flush();
    await place.seen(1);
    await place.restart();
    await gateway.hook(gateway.tokens[0], event(MAIN, 'VIDEOREVIEW'));
    await flush();
    expect((await place.seen(2)).map(({ repeats }) => repeats)).toEqual([undefined, 1]);
  });

  it('does not tell of requests that the gateway knows, of other authorities, and of the time before', async () => {
    const before = JSON.stringify({
      time: '2020-01-01T00:00:00.000Z',
      message: 'hint',
      registrationAuthority: '139',
      reason: 'foreign',
    });
    await appendFile(path, `${before}\n`);
    await gateway.index('77', 'signature-known');
    await gateway.hook(gateway.tokens[0], event(77, 'VIDEOREVIEW'));
    await gateway.hook(gateway.otherToken, event(MAIN, 'VIDEOREVIEW'));
    await gateway.hook(gateway.tokens[0], { nonsense: MAIN });
    await flush();
    expect(await place.seen(1)).toMatchObject([{ payload: 'other', ours: false, answered: 400 }]);
    await place.callbacks.close();
    expect(place.run.file.notes.slice(1)).toMatchObject([{ name: 'callbacks, log: others', value: 2 }]);
  });

  it('may be cut in lines, replaced, absent for a moment, and full of other lines', async () => {
    await gateway.hook(gateway.tokens[0], event(MAIN, 'VIDEOREVIEW'));
    const [log, half] = [gateway.log(), Math.floor(gateway.log().length / 2)];
    await appendFile(path, `not json "hint"\n${'x'.repeat(3_000_000)}\n{"message":"hint"}\n${log.slice(0, half)}`);
    await appendFile(path, log.slice(half));
    written = log.length;
    // What is written last into the old file is not lost.
    await rename(path, `${path}.1`);
    await gateway.hook(gateway.tokens[0], event(MAIN, 'ENROLLREADY'));
    await flush();
    expect(await place.seen(2)).toMatchObject([{ status: 'VIDEOREVIEW' }, { status: 'ENROLLREADY' }]);
  });

  it('cannot bring a value into the probe, whoever wrote it', async () => {
    const time = new Date(Date.now() + 1000).toISOString();
    const fields = Object.fromEntries(
      'payload providerStatus eventType delivery sourceAddress forwardedFor contentType shape method httpStatus clockAhead'
        .split(' ')
        .map((name) => [name, CANARY]),
    );
    const line = { time, registrationAuthority: '139', reason: 'foreign', [CANARY]: CANARY, ...fields };
    await appendFile(path, `${JSON.stringify({ ...line, message: 'form of a callback' })}\n`);
    await appendFile(path, `${JSON.stringify({ ...line, message: 'hint' })}\n`);
    expect(JSON.stringify(await place.seen(1))).not.toContain(CANARY);
  });

  it('must be there', async () => {
    const missing = openCallbackPlace({ gatewayLog: join(folder, 'missing') });
    await expect(missing).rejects.toMatchObject({ code: 'BAD_INPUT', field: '--gateway-log' });
  });
});

describe('an outline', () => {
  it('is read as a shape again', () => {
    const content = [
      { request: { pk: 1, [CANARY]: null }, certificates: [{ valid_to: '20250715 08:36:33' }], data: {}, valid: true },
    ];
    expect(shapeIn(outlineOf(content))).toEqual({
      type: 'list',
      length: 1,
      items: [
        {
          type: 'object',
          fields: {
            request: { type: 'object', fields: { pk: { type: 'number', digits: 0 }, '{?2}': { type: 'null' } } },
            certificates: {
              type: 'list',
              length: 1,
              items: [{ type: 'object', fields: { valid_to: { type: 'string', form: '99999999 99:99:99' } } }],
            },
            data: { type: 'object', fields: {} },
            valid: { type: 'boolean' },
          },
        },
      ],
    });
    expect(shapeIn(outlineOf('text'))).toEqual({ type: 'string' });
  });
});
