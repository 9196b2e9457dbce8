import { readFileSync } from 'node:fs';
import { VideoIdClient } from '../../src/client.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { aSigner, aStart, People } from '../installation/people.js';
import { answered, typeCommand } from '../installation/typed-command.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const operator = { kind: 'operator', id: 'test' } as const;

const type = (command: string, filled: Record<string, string> = {}, input = ''): Promise<void> =>
  typeCommand(at, command, { filled, input });
const run = (...args: string[]): Promise<unknown> => answered(at, args);

async function call(method: string, path: string, body?: object): Promise<{ status: number; answer: unknown }> {
  const { host, port, apiTokens } = at.config.gateway;
  const token = readFileSync((apiTokens[0] ?? '').replace('file:', ''), 'utf8').trim();
  const answer = await fetch(`http://${host}:${port}/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, answer: await answer.json() };
}

/** The command that `why` gives for a remedy. */
async function remedy(reference: string, name: string): Promise<string> {
  const { remedies } = await at.client.why(reference);
  return remedies.find(({ command }) => command.includes(name))?.command ?? `no ${name} in ${JSON.stringify(remedies)}`;
}

test('a signer whose video was cut off gets another video request in the same request', async () => {
  const people = await People.start(at);
  const before = await people.requestPk();
  const { url } = await at.client.link(people.reference);
  const made = await at.client.newVideo(people.reference, { actor: operator, reason: 'the link was lost' });
  expect(made.requestPk).not.toBe(before);
  expect((await at.client.link(people.reference)).url).not.toBe(url);
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
});

test('a wrong phone is corrected before the video is finished, at the provider too, and not afterwards', async () => {
  const signer = aSigner();
  const people = await People.start(at, { signer });
  const { reference } = people;
  await people.until('video');
  await expect(run('correct', reference, '--phone', '600', '--reason', 'x')).resolves.toMatchObject({
    error: { code: 'BAD_PHONE' },
  });
  await expect(run('correct', reference, '--reason', 'x')).resolves.toMatchObject({ error: { code: 'BAD_INPUT' } });
  await type(await remedy(reference, 'videoid correct'), { ADDRESS: signer.email, NUMBER: '"+34 600 999 888"' });
  expect(await people.provider()).toMatchObject({ phone: '+34600999888', status: 'VIDEOPENDING' });
  await people.throughTo('review');
  await expect(run('correct', reference, '--phone', '+34600999887', '--reason', 'x')).resolves.toMatchObject({
    error: { code: 'NOT_NOW', remedy: expect.stringContaining('abandon') },
  });
});

test('a correction with the same key again is one correction, answered the same when the video is over', async () => {
  const people = await People.start(at);
  const { reference } = people;
  await people.until('video');
  const updateId = `correct-${reference}`;
  const first = { phone: '+34600999111', reason: 'typing error', actor: operator };
  const answers = await Promise.all([1, 2].map(() => at.client.correct(reference, first, { updateId })));
  await at.client.correct(reference, { ...first, phone: '+34600999222' });
  await people.throughTo('review');
  const late = await at.client.correct(reference, first, { updateId });
  expect([...answers, late].map(({ status }) => status)).toEqual(Array.from({ length: 3 }, () => 'VIDEOPENDING'));
  expect(await people.provider()).toMatchObject({ phone: '+34600999222' });
  await expect(at.client.correct(reference, { ...first, reason: 'x' }, { updateId })).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
});

test('a correction that the provider refuses is not laid over the data of another video request', async () => {
  const signer = aSigner();
  const people = await People.start(at, { signer });
  await people.until('video');
  await people.fault({ name: 'answer-other', endpoint: 'update-request', code: 400, text: 'No such phone', times: 1 });
  const correction = { phone: '+34600999777', reason: 'typing error', actor: operator };
  await expect(at.client.correct(people.reference, correction)).rejects.toMatchObject({ code: 'PROVIDER_REFUSED' });
  await at.client.newVideo(people.reference, { actor: operator, reason: 'again' });
  expect(await people.provider()).toMatchObject({ phone: signer.phone });
});

test('a deadline is given more time', async () => {
  const people = await People.start(at);
  const { deadline = '' } = await people.until('video');
  const extended = await call('POST', `requests/${people.reference}/extend`, { by: '3d', reason: 'on a journey' });
  expect(extended).toMatchObject({
    status: 200,
    answer: { deadline: new Date(Date.parse(deadline) + 3 * 86_400_000).toISOString() },
  });
  const refused = await call('POST', `requests/${people.reference}/extend`, { by: '3 days', reason: 'x' });
  expect(refused).toMatchObject({ status: 400, answer: { error: { code: 'BAD_INPUT', field: 'by' } } });
});

test('no deadline goes further away than a year, also not bit by bit', async () => {
  const people = await People.start(at);
  const { deadline } = await people.until('video');
  const extend = (by: string) => at.client.extend(people.reference, { by, reason: 'on a journey', actor: operator });
  for (const by of ['99999999d', '367d', '0s', '-1d'])
    await expect(extend(by)).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'by' });
  await expect(extend('366d')).rejects.toMatchObject({ code: 'BAD_INPUT' }); // a week was given already
  expect((await at.client.status(people.reference)).deadline).toBe(deadline);
  await extend('350d');
  await expect(extend('350d')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await at.client.cancel(people.reference, { actor: operator, reason: 'end of the test' });
  expect(await people.outcome()).toMatchObject({ outcome: 'cancelled' });
});

test('"not my number" abandons the request after the review, and a new attempt with the right number follows', async () => {
  const people = await People.start(at);
  const { reference } = people;
  await people.throughTo('acceptance');
  const unknown = await call('POST', `requests/${reference}/abandon`, { reason: 'a bad day' });
  expect(unknown).toMatchObject({ status: 400, answer: { error: { field: 'reason' } } });
  const abandoned = await call('POST', `requests/${reference}/abandon`, { reason: 'wrong-phone' });
  expect(abandoned).toMatchObject({
    status: 200,
    answer: { outcome: 'abandoned', next: expect.stringContaining('newAttempt') },
  });
  expect(await people.outcome()).toMatchObject({ reason: 'wrong-phone', actor: { kind: 'signer' }, cleanup: 'done' });
  await type(await remedy(reference, '--new-attempt'), { ADDRESS: 'signer@example.com', NUMBER: '+34600444555' });
  expect(await people.until('video')).toMatchObject({ attempt: 2 });
  expect(await people.provider()).toMatchObject({ phone: '+34600444555' });
});

test('an order that the request does not know yet is not now, and not trouble with Temporal', async () => {
  const signer = aSigner();
  const fault = await at.provider.addFault({ name: 'hold-before', endpoint: 'create', phone: signer.phone });
  const people = await People.start(at, { signer });
  await people.held(fault);
  const order = { actor: operator, reason: 'too early' };
  await expect(at.client.newVideo(people.reference, order)).rejects.toMatchObject({ code: 'NOT_NOW' });
  await at.provider.removeFault(fault);
  await people.until('video');
});

describe('why', () => {
  test('names the wait that belongs to the stage, and who ends it', async () => {
    const people = await People.start(at);
    await people.until('video');
    expect(await at.client.why(people.reference)).toMatchObject({
      state: 'waiting',
      words: expect.stringContaining('video'),
      endsBy: expect.arrayContaining([expect.stringContaining('finishes the video')]),
    });
  });

  test('names trouble that is still being tried, before it is attention', async () => {
    const people = await People.start(at, { policy: { steps: { upload: { budget: '1h', slowest: '1h' } } } });
    await people.throughTo('review');
    await people.fault({ name: 'answer-503', endpoint: 'upload' });
    await people.approve();
    const why = await eventually(async () => {
      const found = await at.client.why(people.reference);
      return found.state === 'retrying' && found;
    });
    expect(why).toMatchObject({ code: 'PROVIDER_BUSY', leavesByItself: true, tried: { step: 'upload' } });
    expect(await call('GET', `requests/${people.reference}/why`)).toMatchObject({
      status: 200,
      answer: { state: 'retrying', code: 'PROVIDER_BUSY' },
    });
    await at.client.cancel(people.reference, { actor: operator, reason: 'end of the test' });
  });

  test('shows for a create in doubt how to adopt it', async () => {
    const signer = aSigner();
    await at.provider.addFault({ name: 'answer-lost', endpoint: 'create', phone: signer.phone, times: 1 });
    const people = await People.start(at, { signer });
    await people.attention('CREATE_IN_DOUBT');
    expect(await at.client.why(people.reference)).toMatchObject({ state: 'attention', code: 'CREATE_IN_DOUBT' });
    const [found] = (await at.provider.requests()).filter(({ phone }) => phone === signer.phone);
    if (found === undefined) throw new Error('nothing was created');
    const ids = { VIDEOID_PK: String(found.videoidPk), REQUEST_PK: String(found.pk) };
    await type(await remedy(people.reference, '--remedy adopt'), ids, `${found.link}\n`);
    await people.throughTo('signed');
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.provider()).done).toMatchObject({ create: 1, sign: 1 });
  });

  test('shows for a failed video how to make another video request', async () => {
    const people = await People.start(at);
    await at.provider.video(await people.requestPk(), 'error');
    await people.attention('VIDEO_FAILED');
    const { url } = await at.client.link(people.reference);
    await type(await remedy(people.reference, '--remedy new-video'));
    expect((await at.client.link(people.reference)).url).not.toBe(url);
    await people.throughTo('signed');
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });

  test('answers an order for another video that its create is in doubt', async () => {
    const people = await People.start(at);
    const { phone } = await people.provider();
    await at.provider.video(await people.requestPk(), 'error');
    await people.attention('VIDEO_FAILED');
    await at.provider.addFault({ name: 'answer-lost', endpoint: 'create', phone, times: 1 });
    await expect(at.client.resolve(people.reference, { remedy: 'new-video', actor: operator })).rejects.toMatchObject({
      code: 'CREATE_IN_DOUBT',
    });
    await people.attention('CREATE_IN_DOUBT');
    await at.client.cancel(people.reference, { actor: operator, reason: 'end of the test' });
  });

  test('shows how a request ended', async () => {
    const people = await People.start(at, { policy: { deadlines: { video: 300 } } });
    await people.outcome();
    expect(await at.client.why(people.reference)).toMatchObject({
      state: 'ended',
      words: expect.stringContaining('did not finish the video in time'),
      remedies: [
        { command: `videoid reopen ${people.reference} --reason "why"` },
        { command: `videoid sign --new-attempt --reference ${people.reference}` },
      ],
    });
  });

  test('names a request that was recorded and never handed to Temporal', async () => {
    const cutOff = await VideoIdClient.connect({
      ...at.config,
      temporal: { ...at.config.temporal, address: '127.0.0.1:1' },
    });
    const input = aStart();
    await expect(cutOff.start(input)).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
    await cutOff.close();
    const { state, remedies } = await at.client.why(input.reference);
    expect({ state, remedies }).toMatchObject({
      state: 'not-started',
      remedies: [{ command: `videoid resume ${input.reference}` }],
    });
    await at.client.start(input); // the same start again
    expect(['under-way', 'waiting']).toContain((await at.client.why(input.reference)).state);
  });
});

test('one decision for all requests with the same failure: first it counts them, then it sends it', async () => {
  const signers = [aSigner(), aSigner(), aSigner()];
  for (const { phone } of signers) {
    await at.provider.addFault({ name: 'answer-other', endpoint: 'create', code: 400, text: 'No', phone, times: 1 });
  }
  const all = await Promise.all(signers.map((signer) => People.start(at, { signer })));
  await Promise.all(all.map((people) => people.attention('PROVIDER_REFUSED')));
  const order = ['resolve', '--code', 'PROVIDER_REFUSED', '--all'];
  await eventually(async () => ((await run(...order)) as { found: number }).found === all.length);
  expect(await run(...order)).toMatchObject({ carriedOut: false, remedy: 'retry', found: 3 });
  await Promise.all(all.map((people) => people.attention('PROVIDER_REFUSED')));
  const resolved = (await run(...order, '--yes')) as { results: { reference: string; result: string }[] };
  expect(resolved.results.map(({ result }) => result)).toEqual(['sent', 'sent', 'sent']);
  await Promise.all(all.map((people) => people.until('video')));
  await expect(run('resolve', '--code', 'CREATE_IN_DOUBT', '--all', '--yes')).resolves.toMatchObject({
    error: { code: 'BAD_INPUT', field: '--remedy' },
  });
}, 120_000);

test('why answers while no worker runs, and says what to start', async () => {
  const people = await People.start(at);
  await people.until('video');
  await at.kill('worker');
  const { state, code, since } = await at.client.why(people.reference);
  // For another minute, Temporal counts a worker that was killed.
  expect({ state, since }).toEqual({ state: 'silent', since: expect.any(String) });
  expect(['WORKER_AWAY', 'WORKER_BUSY']).toContain(code);
  await at.startWorker();
  await eventually(async () => (await at.client.why(people.reference)).state === 'waiting');
}, 120_000);
