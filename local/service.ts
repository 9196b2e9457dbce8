import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Processes } from './processes.js';

/** A program to run in a separate process. */
export interface ServiceOrder {
  name: string;
  program: string;
  args: string[];
  /** The file to which standard output and error are appended. */
  logFile: string;
  directory?: string;
  environment?: NodeJS.ProcessEnv;
  /** What it prints when its ports are open, for programs of others. Ours send the message `ready` to the process that started them. */
  readyLine?: RegExp;
  /** The user that it runs as. Only root can choose another than itself. */
  user?: { uid: number; gid: number };
  /** What asks it to end. SIGTERM if absent. */
  stopSignal?: NodeJS.Signals;
  /** Where it is recorded while it runs. */
  processes?: Processes;
  /** Whether we may end before it. Then it is not waited for. */
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
  /** Whether this very process has said that its ports are open. What answers on a port may be another program. */
  saysReady(): boolean;
  /** Asks it to end, waits `grace` milliseconds, then kills it. Resolves when it has ended. */
  stop(grace?: number): Promise<Exit>;
  /** The last lines that it logged in this run. */
  lastLines(count: number): string[];
}

/** A larger log file is renamed (`.1`) at the start. Bytes. */
const LOG_SIZE = 10e6;
const TAIL = 32_768;

/** What we started and still runs. */
const alive = new Set<Service>();
let stopping = false;

/** Whether everything is being stopped. Nothing starts any more then. */
export function isStopping(): boolean {
  return stopping;
}

/** Stops everything that this process started, in no order. For a signal in the middle of a start. */
export async function stopEverything(grace: number): Promise<void> {
  stopping = true;
  await Promise.all([...alive].map((service) => service.stop(grace)));
}

/**
 * Starts a program in its own process group. Ctrl-C in the terminal then reaches only us, and we stop the programs in order. If our
 * process ends before, the program is stopped too.
 *
 * @throws Error if the program cannot be started.
 */
export async function startService(order: ServiceOrder): Promise<Service> {
  if (stopping) throw new Error(`${order.name} is not started: everything is being stopped.`);
  mkdirSync(dirname(order.logFile), { recursive: true });
  putAside(order.logFile);
  const log = openSync(order.logFile, 'a', 0o600);
  const logBegin = fstatSync(log).size;
  const child = spawn(order.program, order.args, {
    cwd: order.directory,
    env: order.environment ?? process.env,
    stdio: ['ignore', log, log, ...(order.readyLine === undefined ? (['ipc'] as const) : [])],
    detached: true,
    ...order.user,
  });
  closeSync(log);
  const stopSignal = order.stopSignal ?? 'SIGTERM';
  const untie = child.pid === undefined ? undefined : tie(child.pid, stopSignal);
  let told = false;
  child.on('message', (message) => (told ||= message === 'ready'));
  child.channel?.unref();
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      untie?.();
      alive.delete(service);
      order.processes?.ended(order.name);
      resolve({ code, signal });
    });
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const service: Service = {
    name: order.name,
    logFile: order.logFile,
    pid: child.pid ?? 0,
    exited,
    running,
    saysReady: () => told || tail(order.logFile, logBegin).some((line) => order.readyLine?.test(line)),
    async stop(grace = 10_000) {
      if (running()) child.kill(stopSignal);
      const impatience = setTimeout(() => child.kill('SIGKILL'), grace);
      try {
        return await exited;
      } finally {
        clearTimeout(impatience);
      }
    },
    lastLines: (count) => tail(order.logFile, logBegin).slice(-count),
  };
  await spawned(child, order);
  if (running()) {
    alive.add(service);
    order.processes?.started(order.name, service.pid);
  }
  if (order.outlivesUs === true) child.unref();
  return service;
}

/**
 * Ends the process when ours is gone, however ours ended: `sh` then reads the end of its standard input. A process that stands still gets
 * the signal once it goes on. Returns how to undo it.
 */
function tie(pid: number, signal: NodeJS.Signals): () => void {
  const guard = spawn(
    'sh',
    ['-c', 'read -r _; kill -s "$1" "$0"; kill -s CONT "$0"', String(pid), signal.slice('SIG'.length)],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    },
  );
  guard.once('error', () => undefined); // without `sh`, only our normal end stops the program
  guard.unref();
  (guard.stdin as Socket | null)?.unref();
  return () => guard.kill('SIGKILL');
}

/** In words: "ended with code 1", "was ended by SIGKILL". */
export function exitWords(exit: Exit): string {
  return exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`;
}

/** A program ended while it was waited for, or was not ready in time. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
  /** Whether it found one of its ports taken, in its own words: ours, Node's, or Temporal's. */
  readonly portTaken: boolean;

  constructor(service: Service, what: string) {
    super(trouble(service, what));
    this.portTaken = service.lastLines(20).some((line) => /PORT_TAKEN|EADDRINUSE|address already in use/.test(line));
  }
}

/**
 * Waits until the program has said that its ports are open, and `ready` resolves to true.
 *
 * @throws NotReady with the last log lines
 */
export async function untilReady(service: Service, ready: () => Promise<boolean>, within: number): Promise<void> {
  const end = Date.now() + within;
  while (service.running()) {
    if (service.saysReady() && (await ready())) return;
    if (Date.now() > end) throw new NotReady(service, `is not ready after ${within / 1000} s`);
    await pause(50);
  }
  throw new NotReady(service, exitWords(await service.exited));
}

/** What happened to a program, and the end of its log. */
export function trouble(service: Service, what: string): string {
  const lines = service.lastLines(8).map((line) => `    ${line}`);
  return [
    `${service.name} ${what}. The end of ${service.logFile}:`,
    ...(lines.length > 0 ? lines : ['    (empty)']),
  ].join('\n');
}

async function spawned(child: ChildProcess, order: ServiceOrder): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new Error(`${order.name} could not be started (${order.program}): ${cause.message}`, { cause })),
    );
  });
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
