import { type FailureView, VideoIdError } from '../messages/failures.js';

/** Something that a process needs. Throws a VideoIdError that says what is wrong. */
export type Need = () => Promise<void>;

/** Whether a process can do its work now. */
export interface Readiness {
  ready: boolean;
  /** What is missing: a word of ours for the need, and its failure. */
  problems: ({ need: string } & FailureView)[];
}

/** Milliseconds for which an answer is reused. So frequent probes cost little. */
const GOOD_FOR = 2_000;
/** Milliseconds in which a need must answer. A probe itself may wait a little longer than this. */
const ANSWER_WITHIN = 2_000;

/**
 * Says whether everything that a process needs can be used. Each need has a time limit. While one hangs, it is not asked again.
 */
export class ReadinessCheck {
  readonly #needs: { name: string; read: () => Promise<FailureView | undefined> }[];

  constructor(needs: Readonly<Record<string, Need>>, limits: { within?: number; goodFor?: number } = {}) {
    const { within = ANSWER_WITHIN, goodFor = GOOD_FOR } = limits;
    this.#needs = Object.entries(needs).map(([name, need]) => ({ name, read: remembered(need, within, goodFor) }));
  }

  async read(): Promise<Readiness> {
    const found = await Promise.all(
      this.#needs.map(async ({ name, read }) => {
        const failure = await read();
        return failure === undefined ? [] : [{ need: name, ...failure }];
      }),
    );
    const problems = found.flat();
    return { ready: problems.length === 0, problems };
  }
}

function remembered(need: Need, within: number, goodFor: number): () => Promise<FailureView | undefined> {
  let asking: Promise<FailureView | undefined> | undefined;
  let last: { at: number; failure: FailureView | undefined } | undefined;
  return async () => {
    if (last !== undefined && performance.now() - last.at < goodFor) return last.failure;
    asking ??= need()
      .then(() => undefined, failureOf)
      .then((failure) => {
        last = { at: performance.now(), failure };
        asking = undefined;
        return failure;
      });
    return await inTime(asking, within);
  };
}

async function inTime(asked: Promise<FailureView | undefined>, within: number): Promise<FailureView | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<FailureView>((resolve) => {
    timer = setTimeout(() => resolve(noAnswer(within).toJSON()), within);
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

function noAnswer(within: number): VideoIdError {
  return new VideoIdError('STILL_WAITING', `It did not answer within ${within} ms.`, {
    remedy: 'See whether its server or its file system hangs.',
  });
}
