import { type Step, missing } from '../course.js';
import { VideoIdError } from '../../messages/failures.js';
import { read } from '../waiting.js';
import { takeCard } from './beginning.js';
import type { EnrolmentContext } from './context.js';
import { create, priceOf } from './create.js';

const REASON = 'Expired document';

/** A request that nobody films. It is cancelled. */
export const SECOND: readonly Step<EnrolmentContext>[] = [
  {
    name: 'second-create',
    title: 'Create a second request, which will be cancelled before a video',
    calls: ['GET /scratchcards/get_first_unused/', 'POST /requests/', 'GET /requests/{request_pk}/'],
    bills: priceOf,
    leaveOut: ({ settings }) => (settings.others ? undefined : 'as only one request is made'),
    async run(at) {
      const { run, people } = at;
      if (run.id('second.request_pk') === undefined) {
        try {
          if (!run.isMarked('second.create')) await takeCard(at, 'second');
        } catch (error) {
          if (!(error instanceof VideoIdError) || error.code !== 'NO_SCRATCHCARD_LEFT') throw error;
          people.say('    There is no unused scratchcard for a second request.');
          return;
        }
        await create(at, 'second');
      }
      await read(at, 'second');
    },
  },
  {
    name: 'second',
    title: 'Cancel the second request twice',
    calls: [
      'DELETE /requests/{request_pk}/cancel/',
      'GET /requests/{request_pk}/',
      'POST /scratchcards/isused/',
      'POST /requests/{request_pk}/refuse_videoid/ if the settings allow it',
    ],
    leaveOut: ({ run }) => missing(run.id('second.request_pk')),
    async run(at) {
      const { run } = at;
      const pk = at.requestPk('second');
      const { officer, refuseVideo } = at.settings;
      if (refuseVideo && officer !== undefined) {
        await run.call('refuse-early', () => at.client().refuseVideoid(pk, officer, REASON));
      }
      await run.call('cancel', () => at.client().cancel(pk));
      const { status } = await read(at, 'second', 'read-cancelled');
      run.note('status-after-cancel', status ?? 'not shown');
      await run.call('cancel-again', () => at.client().cancel(pk));
      const { value } = await run.call('isused-cancelled', () => at.client().isScratchcardUsed(at.card('second')));
      if (value !== undefined) run.note('used-after-cancel', value);
    },
  },
];
