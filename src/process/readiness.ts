import { type FailureView, VideoIdError } from '../messages/failures.js';

/** Checks something that a process needs. Throws a VideoIdError that says what is wrong. */
export type Need = () => Promise<void>;

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
 * Says whether everything that a process needs can be used. Each need has a time limit. While one hangs, it is not asked again.
 */
export class ReadinessCheck {
  readonly #needs: { name: NeedName; read: () => Promise<FailureView | undefined> }[];

  constructor(needs: Readonly<Partial<Record<NeedName, Need>>>, limits: { within?: number; goodFor?: number } = {}) {
    const { within = ANSWER_WITHIN, goodFor = GOOD_FOR } = limits;
    this.#needs = (Object.entries(needs) as [NeedName, Need][]).map(([name, need]) => {
      const ask = remembered(need, goodFor);
      return { name, read: () => inTime(ask(), within, noAnswer(name, within)) };
    });
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

function remembered(need: Need, goodFor: number): () => Promise<FailureView | undefined> {
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
    return await asking;
  };
}

async function inTime(
  asked: Promise<FailureView | undefined>,
  within: number,
  otherwise: VideoIdError,
): Promise<FailureView | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<FailureView>((resolve) => {
    timer = setTimeout(() => resolve(otherwise.toJSON()), within);
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

function noAnswer(need: NeedName, within: number): VideoIdError {
  const { code, name } = SILENT[need];
  return new VideoIdError(code, `${name} did not answer within ${within} ms.`, {
    remedy: 'See whether its server, its file system or the network hangs.',
  });
}
