import { createApp } from '../../src/http/app.js';
import { VideoIdError } from '../../src/messages/failures.js';
import { healthRoutes } from '../../src/process/health.js';
import { type Need, ReadinessCheck } from '../../src/process/readiness.js';

const fine: Need = async () => undefined;

/** A need that counts how often it is asked. */
function counted(answer: Need): { need: Need; asked: () => number } {
  let asked = 0;
  return {
    need: async () => {
      asked += 1;
      await answer();
    },
    asked: () => asked,
  };
}

function gone(): Promise<void> {
  throw new VideoIdError('ARCHIVE_UNAVAILABLE', 'The archive is gone.', {
    field: 'archive.directory',
    remedy: 'Mount it.',
  });
}

test('a process is ready if everything that it needs can be used', async () => {
  expect(await new ReadinessCheck({ temporal: fine, archive: fine }).read()).toEqual({ ready: true, problems: [] });
});

test('what is missing is said, with its code and its remedy', async () => {
  expect(await new ReadinessCheck({ temporal: fine, archive: async () => gone() }).read()).toEqual({
    ready: false,
    problems: [
      {
        need: 'archive',
        code: 'ARCHIVE_UNAVAILABLE',
        message: 'The archive is gone.',
        field: 'archive.directory',
        remedy: 'Mount it.',
      },
    ],
  });
});

test('a defect shows nothing of itself', async () => {
  const check = new ReadinessCheck({
    archive: async () => {
      throw new Error('canary-Ue7Rt5Yq1Wz3');
    },
  });
  const readiness = await check.read();
  expect(readiness).toMatchObject({ ready: false, problems: [{ need: 'archive', code: 'STEP_FAILED' }] });
  expect(JSON.stringify(readiness)).not.toContain('canary');
});

test('a hundred probes ask once, and again when the answer is too old', async () => {
  const { need, asked } = counted(fine);
  const check = new ReadinessCheck({ temporal: need });
  await Promise.all(Array.from({ length: 50 }, () => check.read()));
  for (let probe = 0; probe < 50; probe += 1) await check.read();
  expect(asked()).toBe(1);
  const forgetful = new ReadinessCheck({ temporal: need }, { goodFor: 0 });
  await forgetful.read();
  await forgetful.read();
  expect(asked()).toBe(3);
});

test('what hangs is answered for in time, is not asked again meanwhile, and is believed when it answers', async () => {
  const { promise, resolve: answer } = Promise.withResolvers<void>();
  const { need, asked } = counted(() => promise);
  const check = new ReadinessCheck({ archive: need, temporal: async () => gone() }, { within: 20, goodFor: 60_000 });
  for (let probe = 0; probe < 3; probe += 1) {
    expect(await check.read()).toMatchObject({
      ready: false,
      problems: [
        { need: 'archive', message: expect.stringContaining('did not answer') as string },
        { need: 'temporal', message: 'The archive is gone.' },
      ],
    });
  }
  expect(asked()).toBe(1);
  answer();
  expect((await check.read()).problems).toHaveLength(1);
});

test('of an archive, the part that hangs is named, and the one that answers is not', async () => {
  const hanging = { field: 'archive.files', assertUsable: async () => new Promise<void>(() => undefined) };
  const check = new ReadinessCheck(
    { archive: [{ field: 'archive.database', assertUsable: fine }, hanging] },
    { within: 20 },
  );
  expect((await check.read()).problems).toMatchObject([
    { need: 'archive', code: 'ARCHIVE_UNAVAILABLE', field: 'archive.files' },
  ]);
});

test('two parts in one folder have one problem', async () => {
  const part = { field: 'archive.directory', assertUsable: async () => gone() };
  expect((await new ReadinessCheck({ archive: [part, part] }).read()).problems).toHaveLength(1);
});

test('what failed and now hangs is still said as it failed', async () => {
  let hangs = false;
  const need: Need = async () => (hangs ? new Promise<void>(() => undefined) : gone());
  const check = new ReadinessCheck({ archive: need }, { within: 20, goodFor: 0 });
  await check.read();
  hangs = true;
  expect(await check.read()).toMatchObject({ ready: false, problems: [{ message: 'The archive is gone.' }] });
});

describe('the two questions', () => {
  const app = createApp(() => undefined);
  app.route(
    '/',
    healthRoutes(new ReadinessCheck({ archive: async () => gone() }), () => ({ state: 'RUNNING' })),
  );

  test.each(['/health/live', '/health/live/'])('%s is 200 although the process cannot do its work', async (path) => {
    const answer = await app.request(path);
    expect([answer.status, await answer.json()]).toEqual([200, { live: true }]);
  });

  test.each(['/health/ready', '/health', '/health/'])('%s is 503 and says why', async (path) => {
    const answer = await app.request(path);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store']);
    expect(await answer.json()).toMatchObject({ ready: false, state: 'RUNNING', problems: [{ need: 'archive' }] });
    const head = await app.request(path, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([503, '']);
  });

  test('with another method is 405, with another path 404', async () => {
    const post = await app.request('/health/ready', { method: 'POST' });
    expect([post.status, post.headers.get('allow'), await post.json()]).toMatchObject([
      405,
      'GET',
      { error: { code: 'METHOD_NOT_ALLOWED', facts: { allow: 'GET' } } },
    ]);
    const other = await app.request('/health/steady');
    expect([other.status, await other.json()]).toMatchObject([404, { error: { code: 'NO_SUCH_CALL' } }]);
  });
});
