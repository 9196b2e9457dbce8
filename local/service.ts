import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A program to run in a separate process. */
export interface ServiceOrder {
  name: string;
  program: string;
  args: string[];
  /** The file to which standard output and error are appended. */
  logFile: string;
  directory?: string;
  environment?: NodeJS.ProcessEnv;
  /** Whether it keeps running when we end. Somebody else must stop it then. */
  outlivesUs?: boolean;
}

/** How a program ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running program, with its log file. */
export interface Service {
  name: string;
  logFile: string;
  pid: number;
  /** Resolves when the program has ended, for any reason. */
  exited: Promise<Exit>;
  running(): boolean;
  /** Asks it to end, waits `grace` milliseconds, then kills it. Resolves when it has ended. */
  stop(grace?: number): Promise<Exit>;
  /** The last lines that it logged in this run. */
  lastLines(count: number): string[];
}

/** A larger log file is renamed (`.1`) at the start. Bytes. */
const LOG_SIZE = 10e6;
const TAIL = 32_768;

/** When our process exits early, it stops what it started. Programs stay only if our process gets SIGKILL. */
const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill();
});

/**
 * Starts a program in its own process group. Ctrl-C in the terminal then reaches only us, and we stop the programs in order.
 *
 * @throws Error if the program cannot be started.
 */
export async function startService(order: ServiceOrder): Promise<Service> {
  mkdirSync(dirname(order.logFile), { recursive: true });
  putAside(order.logFile);
  const log = openSync(order.logFile, 'a', 0o600);
  const logBegin = fstatSync(log).size;
  const child = spawn(order.program, order.args, {
    cwd: order.directory,
    env: order.environment ?? process.env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      alive.delete(child);
      resolve({ code, signal });
    });
  });
  const pid = await started(child, order);
  if (order.outlivesUs === true) child.unref();
  else alive.add(child);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    name: order.name,
    logFile: order.logFile,
    pid,
    exited,
    running,
    async stop(grace = 10_000) {
      if (running()) child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), grace);
      try {
        return await exited;
      } finally {
        clearTimeout(impatience);
      }
    },
    lastLines: (count) => tail(order.logFile, logBegin).slice(-count),
  };
}

/** In words: "ended with code 1", "was ended by SIGKILL". */
export function exitWords(exit: Exit): string {
  return exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`;
}

/**
 * Waits until `ready` resolves to true, while the program runs.
 *
 * @throws Error with the last log lines if the program ends first, or is not ready `within` milliseconds.
 */
export async function untilReady(service: Service, ready: () => Promise<boolean>, within: number): Promise<void> {
  const end = Date.now() + within;
  while (service.running()) {
    if (await ready()) return;
    if (Date.now() > end) throw new Error(trouble(service, `is not ready after ${within / 1000} s`));
    await pause(50);
  }
  throw new Error(trouble(service, exitWords(await service.exited)));
}

/** Whether something accepts connections on this port of the loopback address. */
export async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** What happened to a program, and the end of its log. */
export function trouble(service: Service, what: string): string {
  const lines = service.lastLines(8).map((line) => `    ${line}`);
  return [
    `${service.name} ${what}. The end of ${service.logFile}:`,
    ...(lines.length > 0 ? lines : ['    (empty)']),
  ].join('\n');
}

async function started(child: ChildProcess, order: ServiceOrder): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new Error(`${order.name} could not be started (${order.program}): ${cause.message}`, { cause })),
    );
  });
  if (child.pid === undefined) throw new Error(`${order.name} has no process id.`);
  return child.pid;
}

function putAside(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_SIZE) renameSync(file, `${file}.1`);
}

function tail(file: string, from: number): string[] {
  const handle = openSync(file, 'r');
  try {
    const end = fstatSync(handle).size;
    const begin = Math.max(from, end - TAIL);
    const buffer = Buffer.alloc(Math.max(0, end - begin));
    readSync(handle, buffer, 0, buffer.length, begin);
    return buffer.toString('utf8').split('\n').filter(Boolean);
  } finally {
    closeSync(handle);
  }
}
