import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { VideoIdError } from '../messages/failures.js';
import { type People, Stopped } from './people.js';

/** Words that end the probe at any question. */
const STOP = /^(q|quit|stop)$/i;

/**
 * A person at a terminal, or a program that types for one. Questions go to `output`, lines come from `input`. What is typed for
 * `code` is not shown.
 */
export class AttendedPeople implements People {
  readonly attended = true;
  readonly #say: (...lines: string[]) => void;
  readonly #output: NodeJS.WritableStream;
  readonly #lines: Interface;
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  readonly #early: string[] = [];
  readonly #terminal: boolean;
  #closed = false;
  #muted = false;

  constructor(streams: {
    input: NodeJS.ReadableStream & { isTTY?: boolean };
    output: NodeJS.WritableStream;
    say: (...lines: string[]) => void;
  }) {
    this.#say = streams.say;
    this.#output = streams.output;
    const echo = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        if (!this.#muted) streams.output.write(piece);
        done();
      },
    });
    this.#terminal = streams.input.isTTY === true;
    this.#lines = createInterface({ input: streams.input, output: echo, terminal: this.#terminal });
    this.#lines.on('line', (line) => this.#typed(line));
    this.#lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    this.#lines.on('close', () => {
      this.#closed = true;
      for (const settle of this.#waiting.splice(0)) settle(undefined);
    });
  }

  say(...lines: string[]): void {
    this.#say(...lines);
  }

  async goOn(question: string, { skippable = false } = {}): Promise<'go' | 'skip'> {
    for (;;) {
      const typed = await this.#ask(`${question} (Enter = yes${skippable ? ', s = leave it out' : ''}, q = stop)`);
      if (typed === '' || /^y(es)?$/i.test(typed)) return 'go';
      if (skippable && /^s(kip)?$/i.test(typed)) return 'skip';
    }
  }

  async line(question: string): Promise<string> {
    return this.#ask(question);
  }

  async video({ link }: { link: string | undefined }): Promise<void> {
    this.say(
      ...(link === undefined
        ? ['    Open the link that the provider sent.']
        : ['    The link, for the signer only:', `      ${link}`]),
      '    The probe reads the request until the video is there. Type d and Enter if the signer has finished and nothing happens.',
    );
  }

  async decide({ pk }: { pk: string }, act: 'approve' | 'refuse'): Promise<void> {
    this.say(`    Open the provider’s console, and ${act} request ${pk} there.`);
  }

  async operate({ pk }: { pk: string }, act: 'validate' | 'approve'): Promise<void> {
    if (act === 'approve') return this.decide({ pk }, act);
    this.say(
      `    The provider’s certified operator validates the video of request ${pk}. In the provider’s sandbox environment, ask your contact there to do so.`,
      '    The probe reads the request until then. Type d and Enter if it is validated and nothing happens.',
    );
  }

  async received(_: { pk: string }, link: 'video' | 'certificate'): Promise<boolean | undefined> {
    const typed = await this.#ask(
      `    Has the signer got an e-mail from the provider with the link to the ${link}? (y = yes, n = no, Enter = not known)`,
    );
    if (/^y(es)?$/i.test(typed)) return true;
    return /^no?$/i.test(typed) ? false : undefined;
  }

  async secret(question: string): Promise<string> {
    this.#muted = true;
    try {
      for (;;) {
        const typed = await this.#ask(question);
        if (typed !== '') return typed;
      }
    } finally {
      this.#muted = false;
    }
  }

  async code(): Promise<string> {
    return this.secret('    The code from the signer’s phone');
  }

  async enough(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const typed = await this.#next(signal);
      if (typed !== undefined && STOP.test(typed.trim())) throw new Stopped();
      if (typed !== undefined && /^d(one)?$/i.test(typed.trim())) return;
      // Lines that a program typed ahead belong to later questions. A person's Enter does not.
      const isAhead = typed !== undefined && !this.#terminal && !signal.aborted;
      if (isAhead) this.#early.unshift(typed);
      if (typed === undefined || isAhead) {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      }
    }
  }

  close(): void {
    this.#lines.close();
  }

  /** @throws Stopped; VideoIdError if nobody can answer */
  async #ask(question: string): Promise<string> {
    this.#output.write(`${question}: `);
    const typed = await this.#next();
    if (typed === undefined) {
      this.#output.write('\n');
      throw new VideoIdError('BAD_INPUT', 'Nobody answers the questions of the probe.', {
        remedy: 'Run it at a terminal, or with --unattended against the sandbox of this product.',
      });
    }
    const line = typed.trim();
    if (this.#muted) this.#output.write('\n');
    if (STOP.test(line)) throw new Stopped();
    return line;
  }

  /** The next line. Undefined when there are no more. */
  async #next(signal?: AbortSignal): Promise<string | undefined> {
    const early = this.#early.shift();
    if (early !== undefined || this.#closed) return early;
    return new Promise((resolve) => {
      const settle = (line: string | undefined): void => {
        signal?.removeEventListener('abort', drop);
        resolve(line);
      };
      const drop = (): void => {
        const at = this.#waiting.indexOf(settle);
        if (at !== -1) this.#waiting.splice(at, 1);
        resolve('');
      };
      this.#waiting.push(settle);
      signal?.addEventListener('abort', drop, { once: true });
    });
  }

  #typed(line: string): void {
    const settle = this.#waiting.shift();
    if (settle === undefined) this.#early.push(line);
    else settle(line);
  }
}
