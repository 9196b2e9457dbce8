import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { defined } from '../../messages/defined.js';
import type { VerificationReason } from '../reasons.js';
import type { verifyPdfSignature, VerificationOrder } from './verification.js';

export type Verified = Awaited<ReturnType<typeof verifyPdfSignature>>;

/** `verifyPdfSignature`, wherever it runs. */
export type Verify = (path: string, order: VerificationOrder) => Promise<Verified>;

/** What a thread is asked. Both can cross a thread: roots are PEM texts. */
export interface ThreadOrder {
  path: string;
  order: VerificationOrder;
}

/** What a thread says. A failure with a `code` is of the file system. */
export type ThreadAnswer =
  | { ready: true }
  | { verified: Verified }
  | { failure: { message: string; stack?: string; code?: string } };

export interface VerifierOptions {
  /** So long may one file take, in milliseconds. */
  within: number;
  /** Bytes that JavaScript may hold in one thread. What lies outside its heap the reader bounds itself. */
  memory: number;
  /** So many files are verified at once. */
  threads: number;
  /** What runs in a thread; the compiled file beside this one if left out. */
  entry?: { file: string; argv?: string[] };
  /** Told of a verification that broke off because of a mistake of ours. */
  broken?: (error: Error) => void;
}

/** Milliseconds: a new thread has code to load, which no file can make slower. */
const START_WITHIN = 30_000;

const COMPILED: Required<VerifierOptions>['entry'] = { file: join(import.meta.dirname, 'verification-thread.js') };

/**
 * Verifies in threads of its own, so that a file made to be expensive stops nothing but its own verification: over its time or
 * memory it is ended, and the file is indeterminate by that name. Threads are kept for the next file.
 */
export class Verifier {
  readonly #options: VerifierOptions;
  readonly #threads = new Set<Worker>();
  #idle: Worker[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /** @throws Error when the file cannot be read */
  readonly verify: Verify = async (path, order) => {
    if (this.#busy >= this.#options.threads) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#busy += 1;
    try {
      return await this.#verify({ path, order });
    } finally {
      // Whoever waits takes the place over.
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  };

  /** Ends all threads, also those at work. */
  async close(): Promise<void> {
    this.#idle = [];
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  async #verify(order: ThreadOrder): Promise<Verified> {
    const thread = this.#idle.pop() ?? (await this.#start());
    thread.ref();
    const answer = await answerOf(thread, this.#options.within, order);
    if (typeof answer === 'string') return unchecked(answer);
    thread.unref();
    this.#idle.push(thread);
    if ('verified' in answer) return answer.verified;
    const { message, stack, code } = 'failure' in answer ? answer.failure : { message: 'no answer' };
    const error = Object.assign(new Error(message), defined({ stack }));
    if (code !== undefined) throw Object.assign(error, { code });
    this.#options.broken?.(error);
    return unchecked('verification-broke-off');
  }

  async #start(): Promise<Worker> {
    const { entry = COMPILED, memory, within } = this.#options;
    const thread = new Worker(entry.file, {
      argv: entry.argv ?? [],
      execArgv: [], // what this process was started with need not suit a thread
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(memory / 2 ** 20) },
    });
    this.#threads.add(thread);
    thread.once('exit', () => {
      this.#threads.delete(thread);
      this.#idle = this.#idle.filter((each) => each !== thread);
    });
    const answer = await answerOf(thread, Math.max(within, START_WITHIN));
    if (typeof answer === 'object') return thread;
    throw new Error(`a thread for verification could not be started: ${answer}`);
  }
}

/** What a thread says next. One that says nothing in time, or has no memory left, is ended. */
async function answerOf(thread: Worker, within: number, order?: ThreadOrder): Promise<ThreadAnswer | UncheckedReason> {
  let timer: NodeJS.Timeout | undefined;
  let ended: (() => void) | undefined;
  try {
    return await new Promise<ThreadAnswer | UncheckedReason>((resolve, reject) => {
      timer = setTimeout(() => resolve('verification-took-too-long'), within);
      thread.once('message', resolve);
      thread.once('error', (error) => (isOutOfMemory(error) ? resolve('verification-out-of-memory') : reject(error)));
      ended = () => reject(new Error('a thread for verification has ended'));
      thread.once('exit', ended);
      if (order !== undefined) thread.postMessage(order, []);
    }).then(async (answer) => {
      if (typeof answer === 'string') await thread.terminate();
      return answer;
    });
  } finally {
    clearTimeout(timer);
    thread.removeAllListeners('message').removeAllListeners('error');
    if (ended !== undefined) thread.off('exit', ended);
    thread.on('error', () => undefined); // of a thread that waits for nothing
  }
}

type UncheckedReason = Extract<
  VerificationReason,
  'verification-took-too-long' | 'verification-out-of-memory' | 'verification-broke-off'
>;

function unchecked(reason: UncheckedReason): Verified {
  const verification = { result: 'indeterminate' as const, reasons: [reason], facts: {} };
  return { verification, file: { reasons: [reason], facts: {}, added: [] } };
}

function isOutOfMemory(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
