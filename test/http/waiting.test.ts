import { EventEmitter, getEventListeners } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { beginWaiting } from '../../src/http/waiting.js';

/** A caller that can hang up. */
class Caller extends EventEmitter {
  destroyed = false;
  closed = false;

  constructor() {
    super();
    this.setMaxListeners(0);
  }

  hangUp(): void {
    this.destroyed = true;
    this.closed = true;
    this.emit('close');
  }
}

function wait(caller: Caller, until: Parameters<typeof beginWaiting>[1]) {
  return beginWaiting(caller as unknown as ServerResponse, until);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

test('a wait ends with its time', async () => {
  const { signal, end } = wait(new Caller(), { within: 5 });
  await aborted(signal);
  expect(signal.aborted).toBe(true);
  end();
});

test('a wait ends with its caller, also one who went before it began', async () => {
  const caller = new Caller();
  const { signal, end } = wait(caller, { within: 60_000_000 });
  expect(signal.aborted).toBe(false);
  caller.hangUp();
  expect(signal.aborted).toBe(true);
  end();
  expect(wait(caller, {}).signal.aborted).toBe(true);
});

test('a wait ends with the process, also with one that stops already', () => {
  const stop = new AbortController();
  const { signal } = wait(new Caller(), { stop: stop.signal });
  stop.abort();
  expect(signal.aborted).toBe(true);
  expect(wait(new Caller(), { stop: stop.signal }).signal.aborted).toBe(true);
});

test('a wait that has ended leaves no listener and no timer', () => {
  const before = timers();
  const caller = new Caller();
  const stop = new AbortController();
  const waits = Array.from({ length: 100 }, () => wait(caller, { within: 60_000_000, stop: stop.signal }));
  expect(timers()).toBe(before + 100);
  for (const { end } of waits) end();
  expect([timers(), caller.listenerCount('close'), getEventListeners(stop.signal, 'abort')]).toEqual([before, 0, []]);
});

/** A command ends anyway. Its timeouts are only for single calls. */
const COMMANDS = /^cli\//;

test('no signal in the sources is one that Node may collect while somebody waits for it', () => {
  const sources = join(__dirname, '../../src');
  const found = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !COMMANDS.test(name))
    .filter((name) => /AbortSignal\.(any|timeout)\(/.test(readFileSync(join(sources, name), 'utf8')));
  expect(found).toEqual([]);
});
