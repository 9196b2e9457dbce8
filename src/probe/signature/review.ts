import { sentence } from '../../messages/sentences.js';
import { type Step, cannotGoOn } from '../course.js';
import { isCarriedOut } from '../doubt.js';
import { isAboutRaoField } from '../officer.js';
import { read, waitFor } from '../waiting.js';
import type { SignatureContext } from './context.js';

/** What get request shows before the decision. */
export const reviewStep: Step<SignatureContext> = {
  name: 'review',
  title: 'Read the request before the decision',
  calls: ['GET /request/{request_pk}'],
  async run(at) {
    await read(at, 'main');
  },
};

/** The officer approves: by a call, or in the provider's console. */
export const approveStep: Step<SignatureContext> = {
  name: 'approve',
  title: 'Approve',
  calls: ['POST /videoid/{videoid_pk}/approve', 'GET /request/{request_pk} until it shows ENROLLREADY'],
  person: ({ settings, people }) =>
    settings.officer === undefined && people.attended ? 'approve the request in the provider’s console' : undefined,
  essential: true,
  async run(at) {
    const { run, people, settings } = at;
    const before = await read(at, 'main');
    if (before.status === 'ENROLLREADY' || before.status === 'ISSUED') return;
    if (settings.officer === undefined) {
      await people.decide({ pk: at.requestPk('main') }, 'approve');
      run.note('decided', 'in the console');
    } else await approve(at);
    const { status } = await waitFor(at, 'main', {
      statuses: ['ENROLLREADY', 'CANCELLED', 'ISSUED'],
      words: 'Waiting for ENROLLREADY',
    });
    if (status === 'CANCELLED') {
      cannotGoOn('NOT_NOW', 'The request was cancelled.', 'Begin a new probe. This file keeps what was seen.');
    }
  },
};

async function approve(at: SignatureContext): Promise<void> {
  const { run, settings } = at;
  const { officer } = settings;
  if (officer === undefined) return;
  const call = async (occasion: string, sides = {}) =>
    run.call(occasion, () => at.client(sides).approve(at.videoidPk('main'), officer));
  let tried = await call('approve');
  // A wrong PIN may lock its officer out, so credentials that are refused are not tried again.
  if (isAboutRaoField(tried)) {
    const sides = { raoAsString: !at.assumed.raoAsString };
    tried = await call('approve-rao-number', sides);
    if (tried.error === undefined) await at.learn(sides);
  }
  const { error } = tried;
  if (error === undefined) {
    // The provider may need two steps: the first leads to CREATED.
    const after = await read(at, 'main');
    if (after.status !== 'CREATED') return;
    run.note('deviation: approve', 'one approval leads to CREATED, a second one to ENROLLREADY');
    await call('approve-second');
    return;
  }
  if (error.kind === 'unknown') {
    if (await isCarriedOut(at, error, { statuses: ['ENROLLREADY', 'CREATED'], what: 'approved' })) return;
  }
  cannotGoOn(
    error.code,
    sentence(error.words),
    error.remedy ?? 'Correct what the provider names. Then go on with this file.',
  );
}
