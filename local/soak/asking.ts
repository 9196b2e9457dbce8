import type { CallOptions } from '../../src/client.js';
import { type FailureCode, VideoIdError } from '../../src/messages/failures.js';
import type { Combination } from '../combination.js';
import type { Books } from './books.js';
import type { Role } from './role.js';

/** There is no answer yet, and the order may still be carried out, or was not delivered. Asking with the same id gets the answer. */
const UNANSWERED = new Set<FailureCode>(['STILL_RUNNING', 'WORKER_AWAY', 'WORKER_BUSY', 'TEMPORAL_UNREACHABLE']);

/** Codes that no action of a person in a soak can end with. */
const UNDESERVED = new Set<FailureCode>([
  'BAD_INPUT',
  'BAD_SETTING',
  'SETUP_FAILED',
  'SECRET_NOT_FOUND',
  'REQUEST_NOT_FOUND',
  'REFERENCE_TAKEN',
  'UNKNOWN_OFFICER',
  'UNKNOWN_REGISTRATION_AUTHORITY',
  'CREDENTIALS_REFUSED',
  'SEAL_NOT_OPENED',
  'NOT_ACCEPTED',
  'IDEMPOTENCY_KEY_REUSED',
  'ARCHIVE_NOT_SHARED',
  'ARCHIVE_UNAVAILABLE',
  'ARCHIVE_FULL',
]);

/** The same where the database and the object store are killed. A start with the same input continues one that was not answered. */
const AWAY: FailureCode = 'ARCHIVE_UNAVAILABLE';

/** Milliseconds. A person who gets no answer asks again later. */
const PATIENCE = 3000;

export type Answer<T> = { answer: T } | { refused: FailureCode } | 'unanswered';

/** How people send orders to a request. Each action has one id, and is repeated with this id until there is an answer. */
export class Asking {
  private readonly open = new Map<string, { updateId: string; argument: unknown }>();
  private asked = 0;

  constructor(
    private readonly role: Pick<Role, 'flow' | 'reference'>,
    private readonly books: Books,
    private readonly combination: Combination,
  ) {}

  /** Whether an action of this kind still waits for its answer. */
  isOpen(verb: string): boolean {
    return this.open.has(verb);
  }

  /** Begins an action, or repeats the open one. `argument` is used only for a new one. */
  async once<A, T>(
    verb: string,
    argument: A,
    ask: (argument: A, options: CallOptions) => Promise<T>,
  ): Promise<Answer<T>> {
    const open = this.open.get(verb) ?? { updateId: `${this.role.reference}-${(this.asked += 1)}-${verb}`, argument };
    this.open.set(verb, open);
    try {
      const answer = await ask(open.argument as A, {
        flow: this.role.flow,
        updateId: open.updateId,
        within: PATIENCE,
      });
      this.settled(verb, 'done');
      return { answer };
    } catch (error) {
      const code = this.codeOf(verb, error);
      if (UNANSWERED.has(code) || this.mayBeAway(code)) return 'unanswered';
      this.settled(verb, code);
      return { refused: code };
    }
  }

  /** The answer of a call that changes nothing. Undefined if there is none. */
  async look<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      this.codeOf(what, error);
      return undefined;
    }
  }

  private codeOf(what: string, error: unknown): FailureCode {
    if (!(error instanceof VideoIdError)) throw error;
    this.books.refused(error.code);
    if (UNDESERVED.has(error.code) && !this.mayBeAway(error.code))
      this.books.broke(this.role.reference, `${what} was answered ${error.code}: ${error}`);
    return error.code;
  }

  private mayBeAway(code: FailureCode): boolean {
    return code === AWAY && this.combination === 'distributed';
  }

  private settled(verb: string, how: string): void {
    this.open.delete(verb);
    this.books.did(this.role.reference, `${verb}: ${how}`);
  }
}
