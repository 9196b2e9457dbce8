import type { Subject } from './context.js';
import { type Step, cannotGoOn, missing } from './course.js';
import { type ReadingContext, waitFor } from './waiting.js';

/** VIDEOERROR is none: nobody knows whether the signer can try again with the same link (§6). */
const AFTER_VIDEO = ['VIDEOREVIEW', 'CREATED', 'ENROLLREADY', 'CANCELLED', 'ISSUED'];

/** The signer films the video. @param reads the call that reads a request */
export function videoStep(name: string, subject: Subject, reads = 'GET /request/{request_pk}'): Step<ReadingContext> {
  return {
    name,
    title: subject === 'main' ? 'Wait for the video' : 'Wait for the video of the second request',
    calls: [`${reads} until it shows VIDEOREVIEW`],
    person: ({ people }) =>
      people.attended ? 'let the signer open the link, and finish the video identification' : undefined,
    ...(subject === 'main' ? { essential: true } : {}),
    leaveOut: ({ run }) => missing(run.id(`${subject}.request_pk`)),
    async run(at) {
      const { run, people } = at;
      await people.video({ pk: at.requestPk(subject), link: run.id(`${subject}.link`) });
      run.note('video', 'asked');
      const { status } = await waitFor(at, subject, { statuses: AFTER_VIDEO, words: 'Waiting for the video' });
      assertVideoAccepted(status);
    },
  };
}

/** @throws VideoIdError if the video was not accepted */
export function assertVideoAccepted(status: string | undefined): void {
  if (status !== 'VIDEOERROR' && status !== 'CANCELLED') return;
  cannotGoOn(
    'NOT_NOW',
    `The request is in ${status}: the video was not accepted.`,
    'Begin a new probe: `videoid probe` without a file. This file keeps what was seen.',
  );
}
