import type { ReasonedOrder } from '../../messages/steering.js';
import { checkedInput, reasoned, takingStreams } from '../input/input.js';
import type { AttemptOption, CallOptions, RequestAccess } from '../running/access.js';
import { checkEnrolmentInput, type EnrolmentInput } from './enrolment-input.js';
import { reopenRequest } from './reopening.js';
import { checkSignatureInput, type StartInput } from './signature-input.js';
import { resumeRequest, type Started, type StartOptions, startRequest } from './starting.js';

export type { EnrolmentInput } from './enrolment-input.js';
export type { ExpectedSigner, StartInput } from './signature-input.js';
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
     * Starts a request that was recorded but not handed to Temporal, from its record. No input is needed. A request that runs or
     * has ended is found, as by the same start.
     *
     * @throws VideoIdError TEMPORAL_UNREACHABLE, SETUP_FAILED, REQUEST_ENDED when somebody ended it without an outcome
     */
    async resume(reference: string, options: AttemptOption = {}): Promise<Started> {
      return await resumeRequest(access, await access.record(reference, options));
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
