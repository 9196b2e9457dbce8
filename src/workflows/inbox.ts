import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureCode } from '../messages/failures.js';
import type {
  Acceptance,
  CodeSent,
  CorrectOrder,
  NewVideoOrder,
  PreauthLinkOrder,
  ProvideOrder,
  Resolution,
  ReviewDecision,
  SignAnswer,
  SignOrder,
} from '../messages/steering.js';

/** What people ask of a request, and what they are answered. */
export interface Questions {
  review: { question: ReviewDecision; answer: { status: string } };
  code: { question: Acceptance; answer: CodeSent };
  sign: { question: SignOrder; answer: SignAnswer };
  newVideo: { question: NewVideoOrder; answer: { requestPk: string } };
  correct: { question: CorrectOrder; answer: { status: string } };
  provide: { question: ProvideOrder; answer: { missing: string[] } };
  preauthLink: { question: PreauthLinkOrder; answer: { stored: true } };
  resolve: { question: Resolution; answer: { stage: string } };
}
export type QuestionKind = keyof Questions;

/** A failure that reaches the caller of an Update with its code. */
export function told(
  code: FailureCode,
  message: string,
  facts: Record<string, string | number | boolean> = {},
  field?: string,
): ApplicationFailure {
  const more = field === undefined ? { facts } : { facts, field };
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [more] });
}

/** Somebody who waits for an answer and can be told that there is none. */
export type Teller = Pick<Asked<QuestionKind>, 'settled' | 'fail'>;

/** One question under way: the handler waits, the story answers. */
export class Asked<K extends QuestionKind> {
  settled = false;

  constructor(
    readonly question: Questions[K]['question'],
    private readonly resolve: (answer: Questions[K]['answer']) => void,
    private readonly reject: (failure: ApplicationFailure) => void,
  ) {}

  answer(answer: Questions[K]['answer']): void {
    this.settled = true;
    this.resolve(answer);
  }

  fail(failure: ApplicationFailure): void {
    this.settled = true;
    this.reject(failure);
  }
}

/**
 * Where Update handlers leave their questions. A handler only records and waits; the story alone takes and acts.
 * One question of a kind at a time: the first wins.
 */
export class Inbox {
  private readonly waiting: { [K in QuestionKind]?: Asked<K> } = {};
  private readonly open = new Set<Teller>();

  /** For handlers: leaves the question and waits until the story has settled it. */
  ask<K extends QuestionKind>(kind: K, question: Questions[K]['question']): Promise<Questions[K]['answer']> {
    if (this.has(kind)) throw told('NOT_NOW', 'The same is being carried out already; the first one counts.');
    return new Promise((resolve, reject) => {
      const asked = new Asked<K>(question, resolve, reject);
      Object.assign(this.waiting, { [kind]: asked });
      this.open.add(asked);
    });
  }

  has(kind: QuestionKind): boolean {
    return this.waiting[kind] !== undefined;
  }

  /** For the story: takes the question, which it must settle. */
  take<K extends QuestionKind>(kind: K): Asked<K> | undefined {
    const asked: Asked<K> | undefined = this.waiting[kind];
    delete this.waiting[kind];
    return asked;
  }

  /** Tells whoever still waits for one of these kinds. */
  refuse(kinds: (kind: QuestionKind) => boolean, failure: () => ApplicationFailure): void {
    for (const kind of Object.keys(this.waiting) as QuestionKind[]) if (kinds(kind)) this.take(kind)?.fail(failure());
  }

  /** At the end: whoever still waits is told. */
  close(failure: ApplicationFailure): void {
    for (const kind of Object.keys(this.waiting)) this.take(kind as QuestionKind);
    for (const asked of this.open) if (!asked.settled) asked.fail(failure);
    this.open.clear();
  }
}
