import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { AttendedPeople } from '../../src/probe/attended-people.js';
import { Stopped } from '../../src/probe/people.js';

/** A person at a terminal, or a program that types for one. */

let input: PassThrough & { isTTY?: boolean };
let output: PassThrough;
let people: AttendedPeople;
beforeEach(() => {
  input = new PassThrough();
  output = new PassThrough();
  people = new AttendedPeople({ input, output, say: () => undefined });
});
afterEach(() => people.close());

async function printed(): Promise<string> {
  output.end();
  return text(output);
}

test('Enter goes on, s leaves out what may be left out, q stops, and anything else is asked again', async () => {
  input.write('\ns\ns\nno\ny\nq\n');
  expect(await people.goOn('Go on?', { skippable: true })).toBe('go');
  expect(await people.goOn('Go on?', { skippable: true })).toBe('skip');
  expect(await people.goOn('Go on?')).toBe('go');
  await expect(people.goOn('Go on?')).rejects.toThrow(Stopped);
  expect(await printed()).toContain('Go on? (Enter = yes, s = leave it out, q = stop): ');
});

test('a code is asked for until something is typed, and is not printed', async () => {
  input.write('\n \n471133\n');
  expect(await people.code()).toBe('471133');
  expect(await printed()).not.toContain('471133');
});

test('if nobody answers, the error says what to do', async () => {
  input.end();
  await expect(people.goOn('Go on?')).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

test('while the probe waits, d says that it is done, q stops, and lines typed ahead stay for later questions', async () => {
  const waiting = new AbortController();
  input.write('d\n');
  await people.enough(waiting.signal);
  const stopping = people.enough(waiting.signal);
  input.write('q\n');
  await expect(stopping).rejects.toThrow(Stopped);
  const ahead = people.enough(waiting.signal);
  input.write('471133\n');
  await new Promise((settle) => setImmediate(settle));
  waiting.abort();
  await ahead;
  expect(await people.code()).toBe('471133');
});

test('a wait that ends takes no line with it', async () => {
  const waiting = new AbortController();
  const enough = people.enough(waiting.signal);
  waiting.abort();
  await enough;
  input.write('\n');
  expect(await people.goOn('Go on?')).toBe('go');
});
