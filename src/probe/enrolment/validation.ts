import type { Step } from '../course.js';
import { assertVideoAccepted } from '../video.js';
import { read, waitFor } from '../waiting.js';
import type { EnrolmentContext } from './context.js';

const AFTER_VALIDATION = ['CREATED', 'ENROLLREADY', 'ISSUED', 'CANCELLED', 'VIDEOERROR'];

/** The provider's own operator accepts the video. */
export const validationStep: Step<EnrolmentContext> = {
  name: 'validation',
  title: 'Wait until the provider’s certified operator has validated the video',
  calls: ['GET /requests/{request_pk}/ until it shows CREATED or ENROLLREADY'],
  person: ({ people }) =>
    people.attended ? 'ask the provider to validate the request, if its sandbox does not do that by itself' : undefined,
  essential: true,
  async run(at) {
    const { run, people } = at;
    const before = await read(at, 'main');
    if (!AFTER_VALIDATION.includes(before.status ?? '')) {
      await people.operate({ pk: at.requestPk('main') }, 'validate');
      run.note('validation', 'asked');
    }
    const { status } = await waitFor(at, 'main', {
      statuses: AFTER_VALIDATION,
      words: 'Waiting for the provider’s operator',
    });
    assertVideoAccepted(status);
    if (status !== undefined) run.note('landed', status === 'ISSUED' ? 'ENROLLREADY' : status);
  },
};
