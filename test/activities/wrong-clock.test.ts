import type { AttemptKey } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { failureOf } from './step-failure.js';
import { Workplace } from './workplace.js';

const HOUR = 3_600_000;

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

/** Sets a mark as a worker of an earlier release did it on a machine with a wrong clock. */
async function markHoursAhead(key: AttemptKey, name: string): Promise<void> {
  const archive = await openArchive(at.config.archive, { now: () => Date.now() + 5 * HOUR });
  await archive.mark(key, name);
  await archive.close();
}

test('a signature is not in doubt for hours because its mark lies hours ahead', async () => {
  const request = await (await at.newRequest()).reach('code');
  await markHoursAhead(request.key, 'sign-code-1');
  expect(await request.sign(await request.code(), 2, { settle: 60_000 })).toMatchObject({ result: 'spent' });
});

test('signed files are not awaited for hours because the wait began hours ahead', async () => {
  const request = await (await at.newRequest()).reach('ISSUED');
  await markHoursAhead(request.key, 'files-awaited');
  await request.fault({ name: 'answer-other', endpoint: 'get-document', code: 412, text: 'not yet' });
  expect(await failureOf(request.retrieve())).toMatchObject({ code: 'SIGNED_FILES_MISSING', retries: false });
});

test('reads that fail are reported within the budget although their mark lies hours ahead, and since now at most', async () => {
  const request = await (await at.newRequest()).reach('VIDEOPENDING');
  await markHoursAhead(request.key, `reads-fail-${request.ids.requestPk}-VIDEOPENDING`);
  await request.fault({ name: 'answer-503', endpoint: 'get-request' });
  const failure = await failureOf(request.watch('VIDEOPENDING', 2, { budget: 60_000 }));
  expect(failure).toMatchObject({ code: 'PROVIDER_BUSY', retries: false });
  expect(Date.parse(failure.since ?? '')).toBeLessThan(Date.now() + HOUR);
});
