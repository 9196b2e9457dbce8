import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { RequestStatus } from '../../messages/status.js';
import type { CorrectOrder } from '../../messages/steering.js';
import { hasEnded, type Order, outcomeOf, type RequestAccess } from '../running/access.js';
import type { PlainCorrection } from './order-schemas.js';

/** Carries out a correction. The data stays in the archive. The workflow gets only the correction's number. */
export function correctionWay(
  access: RequestAccess,
  record: RequestRecord,
  { reason, actor, ...data }: PlainCorrection,
): Required<Pick<Order<unknown>, 'check' | 'brings'>> & { argument: (number: number) => CorrectOrder } {
  const { archive } = access;
  return {
    check: async () => {
      const status = await access.status(record);
      if (status.outcome !== undefined) throw hasEnded(await outcomeOf(access, record, false));
      if (!status.verbs.includes('correct')) throw notNow(status);
      if ((status.stage === 'review') !== (data.fields !== undefined)) throw notCorrectable(status);
    },
    brings: {
      add: () => archive.addCorrection(record, data),
      // A refused correction must not change the data of a later video request.
      drop: (number) => archive.dropCorrection(record, number),
    },
    argument: (number) => ({ reason, actor, number, ...defined({ fields: data.fields && Object.keys(data.fields) }) }),
  };
}

function notCorrectable({ stage }: RequestStatus): VideoIdError {
  const afterVideo = stage === 'review';
  return new VideoIdError(
    'NOT_NOW',
    afterVideo
      ? 'After the video, e-mail address and phone cannot be changed.'
      : "The signer's identity comes from the video, so it can only be corrected after the video.",
    {
      field: afterVideo ? 'email' : 'fields',
      remedy: afterVideo
        ? 'Correct the fields, or abandon the request and start a new attempt.'
        : 'Correct the e-mail address or phone, or wait for the video.',
      facts: { stage },
    },
  );
}

function notNow({ reference, words, attention, stage }: RequestStatus): VideoIdError {
  return new VideoIdError('NOT_NOW', attention?.words ?? `The request is ${words}.`, {
    remedy:
      stage === 'creating' || stage === 'video'
        ? `See the cause first: videoid why ${reference}. Data can be corrected when the provider has it or has refused it.`
        : 'After the video the data cannot be changed: abandon the request and start a new attempt with the right data.',
    facts: { stage },
  });
}
