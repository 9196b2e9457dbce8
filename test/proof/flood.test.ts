import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { webhookTokenFile } from '../../local/local-config.js';
import { anyPort } from '../../local/ports.js';
import { event, flat, hints, answerOf } from '../gateway/gateway-place.js';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';

/** The second token of the registration authority, like during a change of tokens. */
const NEXT_TOKEN = 'the-next-token-of-authority-139-of-the-sandbox';
/** Milliseconds between two reads. Polling is too slow to matter, so a change is found only because of a hint. */
const GAP = 400;
/** How many hooks each kind of flood sends. */
const MANY = 300;
const AT_ONCE = 20;

let at: Installation;
let temporal: Temporal;
/** A gateway that lets every hook through. */
let generous: Hooks;
/** A gateway with default settings: it accepts this many hooks a minute. */
let usual: Hooks;
beforeAll(async () => {
  at = await Installation.start({
    environment: { NEXT_TOKEN },
    sandbox: { webhookRetries: Array.from({ length: 150 }, () => 500) },
    settings: (settings) => {
      const policy = settings['policy'] as { watch: object };
      policy.watch = { gap: GAP, soon: [GAP], slow: '1h' };
      const authorities = settings['registrationAuthorities'] as Record<string, { webhookTokens: string[] }>;
      authorities[AUTHORITIES.manual]?.webhookTokens.push('env:NEXT_TOKEN');
      (settings['gateway'] as { hints: object }).hints = { bodyWithin: '1s' };
    },
  });
  temporal = await Temporal.connect(at);
  const port = await anyPort();
  const more = { VIDEOID_GATEWAY_PORT: String(port), VIDEOID_GATEWAY_HINTS_PER_MINUTE: '100000' };
  await at.startGateway('generous', more);
  const tokens = [readFileSync(webhookTokenFile(at.state, AUTHORITIES.manual), 'utf8'), NEXT_TOKEN];
  generous = new Hooks(port, tokens);
  usual = new Hooks(at.config.gateway.port, tokens);
});
afterAll(async () => {
  await temporal.close();
  await at.close();
});

/** Somebody who sends callbacks to a gateway, with all tokens of the registration authority in turn. */
class Hooks {
  private sent = 0;

  constructor(
    readonly port: number,
    private readonly tokens: string[],
  ) {}

  path(token = this.tokens[(this.sent += 1) % this.tokens.length]): string {
    return `/webhooks/uanataca/${token}`;
  }

  async send(body: unknown, token?: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${this.path(token)}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Begins a hook and never ends it. Resolves to the answer. */
  async dawdle(): Promise<string> {
    const socket: Socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`POST ${this.path()} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100\r\n\r\n{"request"`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString('latin1').split('\r\n')[0] ?? '';
  }

  async counted(result: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${hints(result)} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  }
}

/** Runs all of them, a few at a time. */
async function inSequence<T>(work: (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const left = work.entries();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [place, one] of left) results[place] = await one();
    }),
  );
  return results;
}

/** A hook with new content each time, in either shape, true or false. */
function aHook(pk: string, number: number): object {
  const statuses = ['VIDEOREVIEW', 'VIDEOINCOMPLETE', 'ENROLLREADY', 'CANCELLED', 'A_STATUS_OF_TOMORROW'];
  const status = statuses[number % statuses.length] ?? '';
  return number % 2 === 0 ? event(pk, status, { sent_at: randomUUID() }) : flat(Number(pk), status);
}

/** As the provider does where Temporal was too busy for a hook. */
async function sentUntilTaken(hook: object): Promise<number> {
  return eventually(async () => {
    const { status } = await generous.send(hook);
    return status !== 503 && status;
  });
}

test('under a flood of hints a request is read one at a time, no oftener than its gap, and the last change is not missed', async () => {
  const people = await People.start(at);
  const pk = await people.requestPk();
  await people.until('video');
  await people.fault({ name: 'lost' }); // the provider's own callback
  await people.fault({ name: 'slow', endpoint: 'get-request', ms: GAP / 2 }); // so that two reads could overlap
  const doubled = aHook(pk, 0);
  await generous.send(doubled);
  const foreign = (number: number) => aHook(String(900_000_000 + number), number);
  const dawdlers = Array.from({ length: 20 }, async () => generous.dawdle());
  const flood = inSequence(
    Array.from({ length: MANY }, (_, number) => async () => ({
      own: await sentUntilTaken(aHook(pk, number)),
      doubled: (await generous.send(doubled)).status,
      foreign: (await generous.send(foreign(number))).status,
      garbage: (await generous.send('{"request":')).status,
      large: (await generous.send('x'.repeat(65_537))).status,
      stranger: (await generous.send(aHook(pk, number), randomUUID())).status,
    })),
  );
  await eventually(async () => (await generous.counted('delivered')) > MANY / 2);
  await people.finishVideo();
  const answers = await flood;
  const each = { own: 200, doubled: 200, foreign: 200, garbage: 400, large: 413, stranger: 404 };
  expect(answers.filter((answer) => JSON.stringify(answer) !== JSON.stringify(each))).toEqual([]);
  expect(await Promise.all(dawdlers)).toEqual(dawdlers.map(() => 'HTTP/1.1 408 Request Timeout'));
  // None was true, except that something had changed.
  await generous.send(aHook(pk, 1));
  expect(await people.until('review')).toMatchObject({ provider: { status: 'VIDEOREVIEW' } });

  const reads = await at.provider.journal(pk, 'get-request');
  const begun = reads.filter(({ ended }) => !ended);
  const span = (begun.at(-1)?.at ?? 0) - (begun[0]?.at ?? 0);
  expect(begun.length).toBeGreaterThan(1);
  // One more for the read at the beginning, and one for a first read that took long.
  expect(begun.length).toBeLessThanOrEqual(span / GAP + 2);
  expect(reads.map(({ ended }) => ended)).toEqual(reads.map((_, place) => place % 2 === 1));
  expect(await generous.counted('repeated')).toBeGreaterThanOrEqual(MANY);
}, 180_000);

test('a flood leaves a small history, and too many callbacks are answered with a time to come again', async () => {
  const people = await People.start(at);
  const pk = await people.requestPk();
  await people.until('video');
  const { reference } = people;
  const began = Date.now();
  const answers = await inSequence(
    Array.from({ length: MANY }, (_, number) => async () => {
      const { status, headers } = await usual.send(aHook(pk, number));
      return { status, again: Number(headers.get('retry-after') ?? 0) };
    }),
  );
  const minutes = 1 + Math.ceil((Date.now() - began) / 60_000);
  const allowed = minutes * at.config.gateway.hints.perMinute;
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.length - refused.length).toBeLessThanOrEqual(allowed);
  for (const { again } of refused) expect(again).toBeGreaterThan(0);
  const busy = 503; // Temporal, for a moment
  expect(new Set(answers.map(({ status }) => status).filter((status) => status !== busy))).toEqual(new Set([200, 429]));
  const { events } = await temporal.history(`signature-${reference}`);
  // For each hint: one signal, and at most one workflow task, which has three events.
  expect(events.length).toBeLessThanOrEqual(30 + 4 * allowed);

  // The provider's own callback finds the limit used up, and is repeated until it is accepted.
  await people.finishVideo();
  expect(await people.until('review')).toMatchObject({ provider: { status: 'VIDEOREVIEW' } });
}, 180_000);

test('a stranger is answered the same in the same time, however near the guess and whatever is sent', async () => {
  const people = await People.start(at);
  const pk = await people.requestPk();
  await people.until('video');
  const near = `${NEXT_TOKEN.slice(0, -1)}X`;
  const far = 'a'.repeat(NEXT_TOKEN.length);
  const guesses = {
    'a near token about ours': async () => usual.send(aHook(pk, 0), near),
    'a far token about ours': async () => usual.send(aHook(pk, 0), far),
    'a far token about nobody’s': async () => usual.send(aHook('900000000', 0), far),
  };
  const times: Record<string, number[]> = {};
  const answers = new Set<string>();
  const order = Object.entries(guesses);
  for (let round = 0; round < MANY; round += 1) {
    order.push(...order.splice(0, 1)); // each is first equally often
    for (const [name, guess] of order) {
      const began = performance.now();
      answers.add(JSON.stringify(await answerOf(await guess())));
      (times[name] ??= []).push(performance.now() - began);
    }
  }
  expect(answers.size).toBe(1);
  const [one = [], ...others] = Object.values(times);
  // They are sent in turn, so that other work on the machine slows all of them equally. By chance, each is faster equally often.
  for (const other of others) {
    const faster = one.filter((time, place) => time < (other[place] ?? 0)).length / MANY;
    expect(Math.abs(faster - 0.5)).toBeLessThan(0.2);
  }
}, 120_000);
