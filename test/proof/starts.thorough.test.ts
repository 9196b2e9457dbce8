import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { isFree } from '../../local/ports.js';
import { DIST } from '../../local/project.js';
import { recordsOf } from '../archive/records-of.js';

/**
 * Preloaded into a start. When it starts the program whose arguments contain the mark for the first time, another one takes the port that
 * follows the flag.
 */
const TAKER = `
  const children = require('node:child_process');
  const { createServer } = require('node:net');
  const { spawn } = children;
  let done = false;
  children.spawn = (program, args, options) => {
    if (!done && args.join(' ').includes(process.env.TAKE_FROM)) {
      done = true;
      const port = Number(args[args.indexOf(process.env.TAKE_AFTER) + 1]);
      createServer((socket) => socket.destroy()).listen(port, '127.0.0.1').unref();
    }
    return spawn(program, args, options);
  };
  require('node:module').syncBuiltinESMExports();`;

const started: ChildProcess[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starts-'));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test('two starts at once on two states: each carries its own request, and nothing stays', async () => {
  const [one, other] = await Promise.all([begin('one', ['--exit']).result, begin('other', ['--exit']).result]);
  expect([one, other]).toMatchObject([
    { exit: 0, answer: { outcome: 'signed' } },
    { exit: 0, answer: { outcome: 'signed' } },
  ]);
  const [ports, otherPorts] = [portsOf('one'), portsOf('other')];
  expect(new Set([...ports, ...otherPorts]).size).toBe(ports.length + otherPorts.length);
  for (const name of ['one', 'other']) {
    expect(recordsOf(join(folder, name, 'archive')).everything().rows['requests']).not.toEqual([]);
    for (const log of ['sandbox', 'worker', 'gateway', 'temporal', 'codec-server'])
      expect(readFileSync(join(folder, name, 'logs', `${log}.log`), 'utf8')).not.toMatch(/EADDRINUSE|PORT_TAKEN/);
  }
  await expectNothingLeft('one', 'other');
});

test('two starts at once on one state: one works, the other names it and starts nothing', async () => {
  const both = await Promise.all([begin('one', ['--exit']).result, begin('one', ['--exit']).result]);
  const [first, second] = both.toSorted((a, b) => a.exit - b.exit);
  expect(first).toMatchObject({ exit: 0, answer: { outcome: 'signed' } });
  expect(second).toMatchObject({
    exit: 4,
    answer: { error: { message: expect.stringContaining(join(folder, 'one')) as string } },
  });
  expect(second?.said).not.toContain('starting the sandbox');
  await expectNothingLeft('one');
});

test.each([
  ['the sandbox', 'sandbox/main.js', '--ra-port'],
  ['the Temporal server', 'start-dev', '--port'],
])('a port of %s that another program takes at the last moment leads to another one', async (_, mark, flag) => {
  const taker = join(folder, 'taker.cjs');
  writeFileSync(taker, TAKER);
  const { exit, answer, said } = await begin('one', ['--exit'], {
    NODE_OPTIONS: `--require ${taker}`,
    TAKE_FROM: mark,
    TAKE_AFTER: flag,
  }).result;
  expect(said).toContain('starting over with other ports');
  expect({ exit, answer }).toMatchObject({ exit: 0, answer: { outcome: 'signed' } });
  await expectNothingLeft('one');
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s to a running start stops everything', async (signal) => {
  const { child, result } = begin('one', []);
  await until(() => outputOf(child).includes('Everything keeps running'));
  const programs = recorded('one');
  expect(programs).toHaveLength(5);
  child.kill(signal);
  expect(await result).toMatchObject({ exit: 0, answer: { outcome: 'signed' } });
  expect(programs.filter(isThere)).toEqual([]);
  await expectNothingLeft('one');
});

test('a start that is killed takes everything along, and the next one carries on at once', async () => {
  const { child } = begin('one', []);
  await until(() => outputOf(child).includes('Everything keeps running'));
  const programs = recorded('one');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await begin('one', ['--exit']).result).toMatchObject({ exit: 0, answer: { outcome: 'signed' } });
  expect(programs.filter(isThere)).toEqual([]);
  await expectNothingLeft('one');
});

interface Result {
  exit: number;
  answer: object;
  said: string;
}

const output = new Map<ChildProcess, string[]>();

function begin(name: string, args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(DIST, 'local', 'start.js'), '--json', ...args], {
    env: { ...process.env, TEMPORAL_ADDRESS: '', VIDEOID_STATE: join(folder, name), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const lines: string[] = [];
  output.set(child, lines);
  child.stderr.setEncoding('utf8').on('data', (part: string) => lines.push(part));
  const result = Promise.all([text(child.stdout), once(child, 'exit')]).then(([answer, [exit]]): Result => ({
    exit: exit as number,
    answer: answer === '' ? {} : (JSON.parse(answer) as object),
    said: outputOf(child),
  }));
  return { child, result };
}

function outputOf(child: ChildProcess): string {
  return output.get(child)?.join('') ?? '';
}

function portsOf(name: string): number[] {
  return Object.values(JSON.parse(readFileSync(join(folder, name, 'ports.json'), 'utf8')) as Record<string, number>);
}

function recorded(name: string): number[] {
  const records = JSON.parse(readFileSync(join(folder, name, 'processes.json'), 'utf8')) as { pid: number }[];
  return records.map(({ pid }) => pid);
}

/** Each program listened on a port. */
async function expectNothingLeft(...names: string[]): Promise<void> {
  for (const port of names.flatMap(portsOf)) expect({ port, free: await isFree(port) }).toEqual({ port, free: true });
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(50);
}
