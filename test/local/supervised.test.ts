import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Processes, end, isRunning } from '../../local/processes.js';
import { openScreen } from '../../local/screen.js';
import { DIST } from '../../local/project.js';
import { NotReady, type Service, exitWords, startService, untilReady } from '../../local/service.js';
import { Supervised } from '../../local/supervised.js';

const STAYS = 'console.log("up"); setInterval(() => {}, 1000);';
const DIES = 'console.log("a last word"); process.exit(3);';
const STUBBORN = 'process.on("SIGTERM", () => console.log("no")); console.log("up"); setInterval(() => {}, 1000);';

describe('a program beside us', () => {
  let folder: string;
  let shown: string[];
  const started: Service[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'service-'));
    shown = [];
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((service) => service.stop()));
    rmSync(folder, { recursive: true });
  });

  it('that dies while it is waited for is reported with the end of its log', async () => {
    const service = await start(DIES);
    await expect(untilReady(service, async () => false, 60_000)).rejects.toThrow(/ended with code 3[^]*a last word/);
  });

  it('that finds its port taken is not taken for the one that answers there', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const service = await start(`require('node:net').createServer().listen(${port}, '127.0.0.1')`);
    const failure = await untilReady(service, async () => true, 60_000).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotReady);
    expect(failure).toMatchObject({ portTaken: true });
    other.close();
  });

  it('is ready when it has said so itself, and what it is for works', async () => {
    const service = await start(`${STAYS} process.send('ready');`);
    let asked = 0;
    await untilReady(service, async () => (asked += 1) === 3, 60_000);
    expect(service.saysReady()).toBe(true);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends when the process that started it gets %s', async (signal) => {
    const order = { name: 'program', program: process.execPath, args: ['-e', STAYS], logFile: join(folder, 'log') };
    const script = `
      const { startService } = await import(${JSON.stringify(join(DIST, 'local', 'service.js'))});
      process.send((await startService(${JSON.stringify(order)})).pid);
      setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [pid] = (await once(starter, 'message')) as [number];
    expect(isThere(pid)).toBe(true);
    starter.kill(signal);
    await until(() => !isThere(pid));
  });

  it('that is not ready in time is reported', async () => {
    const service = await start(STAYS);
    await expect(untilReady(service, async () => false, 10)).rejects.toThrow('is not ready after 0.01 s');
  });

  it('that does not heed a stop is killed', async () => {
    const service = await start(STUBBORN);
    await untilSaid(service, 'up');
    expect(exitWords(await service.stop(100))).toBe('was ended by SIGKILL');
    expect(service.lastLines(9)).toEqual(['up', 'no']);
  });

  it('that cannot be started is reported', async () => {
    const order = { name: 'program', program: join(folder, 'missing'), args: [], logFile: join(folder, 'log') };
    await expect(startService(order)).rejects.toThrow('program could not be started');
  });

  it('is started again when it dies, and both are reported', async () => {
    const service = await start(STAYS);
    const supervised = watchOver(service);
    process.kill(service.pid, 'SIGKILL');
    await until(() => shown.join('').includes('started again'));
    expect(shown.join('')).toMatch(/^program was ended by SIGKILL\. The end of .*:\n {4}/m);
    expect(supervised.pid).not.toBe(service.pid);
    await supervised.stop(1000);
    expect(isThere(supervised.pid)).toBe(false);
  });

  it('is not started again after it was stopped', async () => {
    const supervised = watchOver(await start(STAYS));
    await supervised.stop(1000);
    expect(shown).toEqual([]);
    expect(started).toHaveLength(1);
  });

  it('left by a start that was killed is found again and ended', async () => {
    const service = await start(STAYS);
    new Processes(join(folder, 'processes.json')).started('one', service.pid);
    const [left] = new Processes(join(folder, 'processes.json')).left();
    if (left === undefined) throw new Error('It was not found.');
    await end(left, 1000);
    expect(isRunning(left)).toBe(false);
    expect(exitWords(await service.exited)).toBe('was ended by SIGTERM');
  });

  it('is not found again under a number that has another owner now', async () => {
    const file = join(folder, 'processes.json');
    writeFileSync(file, JSON.stringify([{ name: 'one', pid: process.pid, mark: 'another command line' }]));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1);
    expect(new Processes(file).left()).toEqual([]);
    writeFileSync(file, 'broken');
    expect(new Processes(file).left()).toEqual([]);
  });

  async function start(script: string): Promise<Service> {
    const logFile = join(folder, 'logs', 'program.log');
    const service = await startService({ name: 'program', program: process.execPath, args: ['-e', script], logFile });
    started.push(service);
    return service;
  }

  function watchOver(service: Service) {
    return new Supervised(service, {
      screen: openScreen({ write: (text) => shown.push(text) }),
      start: async () => start(STAYS),
    });
  }
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function untilSaid(service: Service, word: string): Promise<void> {
  await until(() => service.lastLines(9).includes(word));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20);
}
