import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { defined } from '../../messages/defined.js';
import type { VerificationReason } from '../reasons.js';
import type { verifyPdfSignature, VerificationOrder } from './verification.js';

export type Verified = Awaited<ReturnType<typeof verifyPdfSignature>>;

/** `verifyPdfSignature`, in this thread or in another. */
export type Verify = (path: string, order: VerificationOrder) => Promise<Verified>;

/** What a thread is asked to do. */
export interface ThreadOrder {
  path: string;
  order: VerificationOrder;
}

/** What a thread answers. A failure with a `code` comes from the file system. */
export type ThreadAnswer =
  | { ready: true }
  | { verified: Verified }
  | { failure: { message: string; stack?: string; code?: string } };

export interface VerifierOptions {
  /** The longest time that one file may take, in milliseconds. */
  within: number;
  /** The JavaScript heap of one thread, in bytes. The PDF reader limits its other memory itself. */
  memory: number;
  /** How many files are verified at once. */
  threads: number;
  /** The program of a thread. Default: the compiled file beside this one. */
  entry?: { file: string; argv?: string[] };
  /** Called when a defect in this program stops a verification. */
  broken?: (error: Error) => void;
}

/** Milliseconds. A new thread loads code first, and no file can make that slower. */
const START_WITHIN = 30_000;

const COMPILED: Required<VerifierOptions>['entry'] = { file: join(import.meta.dirname, 'verification-thread.js') };

/**
 * Verifies in threads, so that a file that is made to be expensive stops only its own verification. A thread that needs too much time
 * or memory is ended, and the file is indeterminate for that reason. Threads are kept for the next file.
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
      // The next waiting call takes the place.
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
      execArgv: [], // the options of this process may not suit a thread
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(memory / 2 ** 20) },
    });
    this.#threads.add(thread);
    thread.once('exit', () => {
      this.#threads.delete(thread);
      this.#idle = this.#idle.filter((each) => each !== thread);
    });
    const answer = await answerOf(thread, Math.max(within, START_WITHIN));
    if (typeof answer === 'object') return thread;
    throw new Error(`a verification thread could not be started: ${answer}`);
  }
}

/** The next answer of a thread. A thread that does not answer in time, or that has no memory left, is ended. */
async function answerOf(thread: Worker, within: number, order?: ThreadOrder): Promise<ThreadAnswer | UncheckedReason> {
  let timer: NodeJS.Timeout | undefined;
  let ended: (() => void) | undefined;
  try {
    return await new Promise<ThreadAnswer | UncheckedReason>((resolve, reject) => {
      timer = setTimeout(() => resolve('verification-took-too-long'), within);
      thread.once('message', resolve);
      thread.once('error', (error) => (isOutOfMemory(error) ? resolve('verification-out-of-memory') : reject(error)));
      ended = () => reject(new Error('a verification thread has ended'));
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
    thread.on('error', () => undefined); // an idle thread's errors concern no file
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
