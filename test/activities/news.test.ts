import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { tellingNews } from '../../src/activities/news.js';
import { stepFailure } from '../../src/activities/engine/failures.js';
import type { FailureCode } from '../../src/messages/failures.js';
import { failureOf } from './step-failure.js';

const QUIET = new DefaultLogger('ERROR');

/** A try that fails with `code`, while `shown` is shown. */
function tried(
  code: FailureCode,
  shown: FailureCode | undefined,
  more: { attempt?: number; temporary?: boolean } = {},
) {
  const { attempt = 2, temporary = true } = more;
  const failure = stepFailure(code, 'words', { retryIn: 10, temporary, facts: { bytesFree: 1 } });
  const environment = new MockActivityEnvironment({ attempt }, { logger: QUIET });
  return failureOf(environment.run(() => tellingNews(shown, () => Promise.reject(failure))));
}

test('another cause than the one that is shown is told', async () => {
  const told = { code: 'ARCHIVE_FULL', temporary: true, words: 'words', facts: { bytesFree: 1 }, retries: false };
  expect(await tried('ARCHIVE_FULL', 'PROVIDER_BUSY')).toMatchObject(told);
  expect(await tried('ARCHIVE_FULL', 'STEP_FAILED')).toMatchObject(told);
});

test.each<{ why: string; tells: Parameters<typeof tried> }>([
  { why: 'nothing is shown, within the budget', tells: ['ARCHIVE_FULL', undefined] },
  { why: 'it is shown already', tells: ['ARCHIVE_FULL', 'ARCHIVE_FULL'] },
  { why: 'it has the same cause: an outage', tells: ['PROVIDER_UNREACHABLE', 'PROVIDER_BUSY'] },
  { why: 'it has the same cause: the archive', tells: ['ARCHIVE_UNAVAILABLE', 'ARCHIVE_FULL'] },
  { why: 'it is the first try, which follows at once', tells: ['ARCHIVE_FULL', 'PROVIDER_BUSY', { attempt: 1 }] },
  { why: 'it only took too long', tells: ['STEP_FAILED', 'PROVIDER_BUSY'] },
  { why: 'it would ask for a decision', tells: ['CREATE_IN_DOUBT', 'ARCHIVE_FULL', { temporary: false }] },
])('is tried again as before, because $why', async ({ tells }) => {
  expect(await tried(...tells)).toMatchObject({ code: tells[0], retries: true, pause: 10 });
});

test('a mistake of ours passes unchanged', async () => {
  const mistake = new TypeError('a mistake');
  const environment = new MockActivityEnvironment({ attempt: 2 }, { logger: QUIET });
  const running = environment.run(() => tellingNews('ARCHIVE_FULL', () => Promise.reject(mistake)));
  await expect(running).rejects.toBe(mistake);
});
