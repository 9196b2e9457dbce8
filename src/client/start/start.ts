import type { ReasonedOrder } from '../../messages/steering.js';
import { checkedInput, reasoned, takingStreams } from '../input/input.js';
import type { AttemptOption, CallOptions, RecordedOptions, RequestAccess } from '../running/access.js';
import { checkEnrolmentInput, type EnrolmentInput } from './enrolment-input.js';
import { reopenRequest } from './reopening.js';
import { checkSignatureInput, type StartInput } from './signature-input.js';
import { resumeAll, type ResumeAllOrder, type ResumedAll } from './resume-all.js';
import { resumeRecorded, type ResumeOrder } from './resuming.js';
import { type Started, type StartOptions, startRequest } from './starting.js';

export type { EnrolmentInput } from './enrolment-input.js';
export type { ExpectedSigner, StartInput } from './signature-input.js';
export type { ResumeAllOrder, ResumedAll } from './resume-all.js';
export { AFTER_LOSS_RISKS, type ResumeOrder } from './resuming.js';
export type { Started, StartOptions } from './starting.js';

/** The ways to start: a first attempt, a new attempt, and one that reopens a request at the provider. */
export function startVerbs(access: RequestAccess) {
  return {
    /**
     * Starts a signature request, or finds the one that the same input started before. A new attempt is found by its
     * `updateId`. Streams are read or destroyed in any case.
     *
     * @throws VideoIdError any input code, before anything is created; ARCHIVE_FULL; TEMPORAL_UNREACHABLE or SETUP_FAILED
     *   after the request was recorded: the same start again resumes it
     */
    async start(input: StartInput, options: StartOptions = {}): Promise<Started> {
      return await takingStreams(input.documents, async () =>
        startRequest(access, checkSignatureInput(input), options),
      );
    },

    /**
     * Starts an enrolment, or finds the one that the same input started before. Data that nobody can add later must be complete
     * now. Other missing data is asked for after the video (`provide`).
     *
     * @throws VideoIdError as `start`; UNKNOWN_PROFILE, FIELD_FROM_VIDEO, FIELDS_MISSING with the field `fields.<name>`
     */
    async startEnrolment(input: EnrolmentInput, options: StartOptions = {}): Promise<Started> {
      return await takingStreams(input.documents, async () =>
        startRequest(access, checkEnrolmentInput(input), options),
      );
    },

    /**
     * Continues a request from its record, if Temporal does not have it, or somebody ended it there without an outcome. No input is
     * needed, and what was done is not repeated. A request that runs or has ended is found, as by the same start.
     *
     * @param order.afterLoss its Temporal is lost for good, so it goes on in this one. `risks` of the answer says what may happen
     * @throws VideoIdError BAD_INPUT, REQUEST_ELSEWHERE, TEMPORAL_UNREACHABLE, SETUP_FAILED
     */
    async resume(reference: string, order: ResumeOrder = {}, options: AttemptOption = {}): Promise<Started> {
      return await resumeRecorded(access, await access.recordAnywhere(reference, options), order);
    },

    /**
     * Resumes every request that `recorded` finds, and ends those as recorded that run in Temporal although they have ended. With
     * `afterLoss` it only lists them, unless `carryOut` is true.
     *
     * @throws VideoIdError BAD_INPUT, TEMPORAL_UNREACHABLE
     */
    async resumeAll(
      order: ResumeAllOrder = {},
      options: Pick<RecordedOptions, 'onProgress'> = {},
    ): Promise<ResumedAll> {
      return await resumeAll(access, order, options);
    },

    /**
     * Reopens, as a new attempt, a request that the latest attempt left open at the provider. There is no new video and no new
     * bill. It goes on from the status there. Allowed if the outcome has `leftOpen`. A repeated order finds the attempt.
     *
     * @throws VideoIdError BAD_INPUT, ATTEMPT_NOT_ALLOWED, ARCHIVE_FULL; TEMPORAL_UNREACHABLE after the attempt was recorded
     */
    async reopen(
      reference: string,
      order: ReasonedOrder,
      options: Pick<CallOptions, 'updateId'> = {},
    ): Promise<Started> {
      const given = checkedInput(reasoned, order);
      const record = await access.record(reference, { ...options, flow: 'signature' });
      const carryOut = (): Promise<Started> => reopenRequest(access, record, given);
      return await access.once(record, { verb: 'reopen', given, options, afterEnd: true, carryOut });
    },
  };
}
