import { z } from 'zod';
import { VideoIdError } from '../../messages/failures.js';
import type { Flow } from '../../messages/request.js';
import { checkedInput } from '../input/input.js';
import {
  findRecorded,
  findRevived,
  type RecordedOptions,
  type RecordedRequest,
  type RequestAccess,
} from '../running/access.js';
import { AFTER_LOSS_RISKS, resumeRecorded, type ResumeOrder } from './resuming.js';

/** Which requests to resume, and how. */
export interface ResumeAllOrder extends ResumeOrder {
  /** Only those of this flow. */
  flow?: Flow | undefined;
  /** If false, nothing is done, and the answer lists what would be done. Default: true, but false with `afterLoss`. */
  carryOut?: boolean | undefined;
}

/** The results. */
export interface ResumedAll {
  carriedOut: boolean;
  results: {
    flow: Flow;
    reference: string;
    attempt: number;
    /** How archive and Temporal differed. `ended`: it ran, although it has ended. */
    state: RecordedRequest['state'] | 'ended';
    /** `started`, `running`, `ended`, or the failure's code. `not-sent`: only listed, or an earlier failure would have happened again. */
    result: string;
  }[];
  /** With `afterLoss`: what may happen. */
  risks?: string[];
}

const schema: z.ZodType<ResumeAllOrder> = z.strictObject({
  afterLoss: z.boolean().exactOptional(),
  flow: z.enum(['signature', 'enrolment']).exactOptional(),
  carryOut: z.boolean().exactOptional(),
});

/** How many are resumed at once. Each begins with calls to the provider. */
const AT_A_TIME = 8;

/** The most in one call. */
const MOST = 10_000;

/** After one of these failures the others would fail in the same way. */
const HOPELESS = new Set<string>(['TEMPORAL_UNREACHABLE', 'ARCHIVE_UNAVAILABLE', 'SETUP_FAILED', 'BAD_SETTING']);

/**
 * Resumes every request that the archive has and this Temporal does not run, and ends those as recorded that run although they have
 * ended. If one fails, the others go on.
 *
 * @throws VideoIdError BAD_INPUT, and what the search throws
 */
export async function resumeAll(
  access: RequestAccess,
  order: ResumeAllOrder,
  { onProgress }: Pick<RecordedOptions, 'onProgress'>,
): Promise<ResumedAll> {
  const { afterLoss = false, carryOut = !afterLoss, flow } = checkedInput(schema, order);
  const { requests } = await findRecorded(access, { flow, onProgress, limit: MOST });
  const revived = (await findRevived(access)).filter(
    (each) => each.state === 'ended' && (flow === undefined || each.flow === flow),
  );
  const ended = revived.map((each) => ({ ...each, state: 'ended' as const }));
  const results: ResumedAll['results'] = [...requests, ...ended].map(({ flow: own, reference, attempt, state }) => ({
    flow: own,
    reference,
    attempt,
    state,
    result: 'not-sent',
  }));
  const left = results.values();
  let hopeless = false;
  const resumeRest = async (): Promise<void> => {
    for (const each of left) {
      if (hopeless) return;
      try {
        const record = await access.recordAnywhere(each.reference, { flow: each.flow, attempt: each.attempt });
        each.result = (await resumeRecorded(access, record, { afterLoss })).state;
      } catch (error) {
        if (!(error instanceof VideoIdError)) throw error;
        each.result = error.code;
        hopeless ||= HOPELESS.has(error.code);
      }
    }
  };
  if (carryOut) await Promise.all(Array.from({ length: AT_A_TIME }, resumeRest));
  return { carriedOut: carryOut, results, ...(afterLoss ? { risks: [...AFTER_LOSS_RISKS] } : {}) };
}
