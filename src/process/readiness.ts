import { defined } from '../messages/defined.js';
import { type FailureView, VideoIdError } from '../messages/failures.js';

/** Checks something that a process needs. Throws a VideoIdError that says what is wrong. */
export type Need = () => Promise<void>;

/** A part of what a process needs. */
export interface NeededPart {
  /** The setting that says where it is. */
  readonly field: string;
  /**
   * Throws a VideoIdError that says what is wrong.
   *
   * @param patience how long trouble may be waited for that passes by itself, milliseconds
   */
  assertUsable(patience: number): Promise<void>;
}

/** What a process may need, and its failure if it does not answer in time. */
const SILENT = {
  worker: { code: 'WORKER_AWAY', name: 'The worker' },
  temporal: { code: 'TEMPORAL_UNREACHABLE', name: 'Temporal' },
  archive: { code: 'ARCHIVE_UNAVAILABLE', name: 'The archive' },
} as const;

type NeedName = keyof typeof SILENT;

/** Whether a process can do its work now. */
export interface Readiness {
  ready: boolean;
  /** What is missing, and why. */
  problems: ({ need: NeedName } & FailureView)[];
}

/** Milliseconds for which an answer is reused. So frequent probes cost little. */
const GOOD_FOR = 2_000;
/** Milliseconds in which a need must answer. A probe itself may wait a little longer than this. */
const ANSWER_WITHIN = 2_000;

/**
 * Says whether everything that a process needs can be used. Each need, and each part of it, has a time limit. While one hangs, it is
 * not asked again, and what it said before counts if that was a failure.
 */
export class ReadinessCheck {
  readonly #needs: { name: NeedName; read: () => Promise<FailureView | undefined> }[];

  constructor(
    needs: Readonly<Partial<Record<NeedName, Need | readonly NeededPart[]>>>,
    limits: { within?: number; goodFor?: number } = {},
  ) {
    const { within = ANSWER_WITHIN, goodFor = GOOD_FOR } = limits;
    const all = Object.entries(needs) as [NeedName, Need | readonly NeededPart[]][];
    this.#needs = all.flatMap(([name, need]) =>
      partsOf(need, within / 2).map(({ field, assertUsable }) => {
        const asked = new Asked(assertUsable, goodFor);
        const late = noAnswer(name, within, field);
        return { name, read: () => inTime(asked.ask(), within, () => asked.failure ?? late.toJSON()) };
      }),
    );
  }

  async read(): Promise<Readiness> {
    const found = await Promise.all(
      this.#needs.map(async ({ name, read }) => {
        const failure = await read();
        return failure === undefined ? [] : [{ need: name, ...failure }];
      }),
    );
    const problems = found.flat().filter((problem, at, all) => all.findIndex((one) => isSame(one, problem)) === at);
    return { ready: problems.length === 0, problems };
  }
}

/** @param patience less than the time for an answer, so that the answer is the cause */
function partsOf(need: Need | readonly NeededPart[], patience: number): { field?: string; assertUsable: Need }[] {
  if (typeof need === 'function') return [{ assertUsable: need }];
  return need.map((part) => ({ field: part.field, assertUsable: () => part.assertUsable(patience) }));
}

/** Two parts in one place, such as a folder, have the same trouble. */
function isSame(one: Readiness['problems'][number], other: Readiness['problems'][number]): boolean {
  return one.need === other.need && one.code === other.code && one.field === other.field;
}

/** A need and its last answer. */
class Asked {
  readonly #need: Need;
  readonly #goodFor: number;
  #asking: Promise<FailureView | undefined> | undefined;
  #last: { at: number; failure: FailureView | undefined } | undefined;

  constructor(need: Need, goodFor: number) {
    this.#need = need;
    this.#goodFor = goodFor;
  }

  /** The last failure. Undefined if the last answer was a good one. */
  get failure(): FailureView | undefined {
    return this.#last?.failure;
  }

  async ask(): Promise<FailureView | undefined> {
    if (this.#last !== undefined && performance.now() - this.#last.at < this.#goodFor) return this.#last.failure;
    this.#asking ??= this.#need()
      .then(() => undefined, failureOf)
      .then((failure) => {
        this.#last = { at: performance.now(), failure };
        this.#asking = undefined;
        return failure;
      });
    return await this.#asking;
  }
}

async function inTime(
  asked: Promise<FailureView | undefined>,
  within: number,
  otherwise: () => FailureView,
): Promise<FailureView | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<FailureView>((resolve) => {
    timer = setTimeout(() => resolve(otherwise()), within);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function failureOf(error: unknown): FailureView {
  if (error instanceof VideoIdError) return error.toJSON();
  return { code: 'STEP_FAILED', message: 'It could not be checked. This is a defect.' };
}

function noAnswer(need: NeedName, within: number, field: string | undefined): VideoIdError {
  const { code, name } = SILENT[need];
  const which = field === undefined ? name : `${name} (${field})`;
  return new VideoIdError(code, `${which} did not answer within ${within} ms.`, {
    ...defined({ field }),
    remedy: 'See whether its server, its file system or the network hangs.',
  });
}
