import { readFileSync } from 'node:fs';
import { apiTokenFile } from '../../local/local-config.js';
import { type FeedEntry, LATE_WORDS } from '../../src/messages/feed.js';
import { answerOf, videoid } from '../cli/run.js';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { feedOf } from '../installation/whole-feed.js';
import { eventually } from '../installation/patience.js';
import { aStart, People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';
import { typeCommand } from '../installation/typed-command.js';

const ORDER = { actor: { kind: 'operator', id: 'desk' }, reason: 'the signer was late' } as const;
/** The first attempt is read often. After its end, the watch reads much less. Later attempts learn only from callbacks. */
const WATCH = { gap: 50, slow: 60 };
const SOON = 700;

let at: Installation;
let temporal: Temporal;
beforeAll(async () => {
  at = await Installation.start({
    settings: (settings) => {
      const policy = settings['policy'] as { watch: object };
      policy.watch = { ...policy.watch, slow: '1h' };
    },
  });
  temporal = await Temporal.connect(at);
});
afterAll(async () => {
  await temporal.close();
  await at.close();
});

async function expired(): Promise<People> {
  const people = await People.start(at, { policy: { deadlines: { video: SOON }, watch: WATCH } });
  expect(await people.outcome()).toMatchObject({ outcome: 'expired', reason: 'video-deadline', leftOpen: true });
  return people;
}

/** What the feed says about late videos of a request. */
async function lateIn({ reference }: People): Promise<FeedEntry[]> {
  const entries = await feedOf(at, reference);
  return entries.filter((entry) => LATE_WORDS.some((what) => what === entry.what));
}

async function untilInFeed(people: People): Promise<FeedEntry[]> {
  return eventually(async () => {
    const entries = await lateIn(people);
    return entries.length > 0 && entries;
  });
}

async function lateVideoOf({ reference }: People): Promise<string> {
  return temporal.statusOf(`late-video-${reference}`);
}

describe('a video that is finished after the request has expired', () => {
  test('is in the feed, the status and `why`, which offers to reopen the request', async () => {
    const people = await expired();
    await people.finishVideo();
    const { reference } = people;
    expect(await untilInFeed(people)).toMatchObject([
      { what: 'video-finished-late', reference, attempt: 1, registrationAuthority: '139', status: 'VIDEOREVIEW' },
    ]);
    const { events } = await at.client.status(reference);
    expect(events).toContainEqual(
      expect.objectContaining({
        what: 'video-finished-late',
        facts: { status: 'VIDEOREVIEW', requestPk: await people.requestPk() },
      }),
    );
    const why = await at.client.why(reference);
    expect(why).toMatchObject({ state: 'ended', words: expect.stringContaining('VIDEOREVIEW') as string });
    expect(why.remedies.map(({ command }) => command)).toEqual([
      `videoid reopen ${reference} --reason "why"`,
      `videoid sign --new-attempt --reference ${reference}`,
    ]);
    await eventually(async () => (await lateVideoOf(people)) === 'COMPLETED');
    // It was reported once. From here on, nobody watches any more.
    await at.provider.forge({ request: Number(await people.requestPk()), status: 'VIDEOREVIEW' });
    expect(await lateIn(people)).toHaveLength(1);
  });

  test('is noticed although every callback was lost', async () => {
    const people = await expired();
    await people.fault({ name: 'lost' });
    await people.finishVideo();
    expect(await untilInFeed(people)).toHaveLength(1);
  });

  test('is taken up again: reviewed and signed, with nothing created or billed anew', async () => {
    const people = await expired();
    const { reference } = people;
    const { link } = await people.provider();
    await people.finishVideo();
    await untilInFeed(people);
    expect(await at.client.reopen(reference, ORDER)).toEqual({
      reference,
      attempt: 2,
      workflowId: `signature-${reference}~2`,
      state: 'started',
    });
    expect(await people.until('review')).toMatchObject({ attempt: 2, provider: { status: 'VIDEOREVIEW' } });
    expect(await at.client.link(reference)).toEqual({ url: link });
    await people.approve();
    await people.askForCode();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed', attempt: 2, cleanup: 'done' });
    expect(await at.client.outcome(reference, { attempt: 1 })).toMatchObject({ outcome: 'expired' });
    const { phone, done, documents } = await people.provider();
    expect({ done, documents }).toMatchObject({ done: { create: 1, approve: 1, sign: 1 }, documents: [] });
    expect((await at.provider.requests()).filter((request) => request.phone === phone)).toHaveLength(1);
    const { events } = await at.client.status(reference);
    expect(events.map(({ what }) => what)).toEqual(expect.arrayContaining(['reopen-ordered', 'reopened', 'approved']));
    expect(events.find(({ what }) => what === 'reopen-ordered')?.facts).toMatchObject({ by: 'operator', id: 'desk' });
  });

  test('is taken up again and refused: nothing of it is left open at the provider', async () => {
    const people = await expired();
    await people.finishVideo();
    await untilInFeed(people);
    await at.client.reopen(people.reference, ORDER);
    await people.refuse('too-late');
    const outcome = await people.outcome();
    expect(outcome).toMatchObject({ outcome: 'refused', attempt: 2 });
    expect(outcome).not.toHaveProperty('leftOpen');
    expect(await people.provider()).toMatchObject({ status: 'CANCELLED' });
    await expect(at.client.reopen(people.reference, ORDER)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_ALLOWED' });
  });

  test('that somebody decided in the provider’s console meanwhile ends as it was decided there', async () => {
    const people = await expired();
    await people.finishVideo();
    await untilInFeed(people);
    await people.console('refuse');
    await at.client.reopen(people.reference, ORDER);
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider', attempt: 2 });
  });
});

test('a forged callback about an ended request costs one read, adds nothing to the feed and changes nothing', async () => {
  const people = await expired();
  const request = Number(await people.requestPk());
  const before = (await people.provider()).calls['get-request']?.received ?? 0;
  expect(await at.provider.forge({ request, status: 'VIDEOREVIEW' })).toBe(200);
  await eventually(async () => ((await people.provider()).calls['get-request']?.received ?? 0) > before);
  expect(await lateIn(people)).toEqual([]);
  expect(await lateVideoOf(people)).toBe('RUNNING');
  await people.console('cancel');
  await eventually(async () => (await lateVideoOf(people)) === 'COMPLETED');
  expect(await lateIn(people)).toEqual([]);
});

test('a request that is taken up before its video is finished goes on waiting for it, and callbacks find the new attempt', async () => {
  const people = await expired();
  const request = Number(await people.requestPk());
  await at.provider.forge({ request, status: 'VIDEOREVIEW' }); // the gateway remembers the request
  await at.client.reopen(people.reference, ORDER);
  await eventually(async () => (await lateVideoOf(people)) === 'CANCELLED');
  expect(await people.until('video')).toMatchObject({ attempt: 2, deadline: expect.any(String) as string });
  await people.finishVideo();
  await people.until('review');
  expect(await lateIn(people)).toEqual([]);
});

test('ten callers who reopen it at once find one attempt, and so does a repeated start', async () => {
  const input = aStart({ policy: { deadlines: { video: SOON } } });
  await at.client.start(input);
  const people = new People(at, input.reference);
  await people.outcome();
  const started = await Promise.all(Array.from({ length: 10 }, () => at.client.reopen(input.reference, ORDER)));
  expect(new Set(started.map(({ workflowId }) => workflowId))).toEqual(new Set([`signature-${input.reference}~2`]));
  await people.until('video');
  const { policy, ...asBefore } = input;
  expect(policy).toBeDefined();
  expect(await at.client.start(asBefore)).toMatchObject({ attempt: 2, state: 'running' });
});

test('whatever ended a request that is open at the provider, it may be taken up again there', async () => {
  const unreviewed = await People.start(at, { policy: { deadlines: { review: SOON } } });
  await unreviewed.finishVideo();
  expect(await unreviewed.outcome()).toMatchObject({ reason: 'review-deadline', leftOpen: true });
  const unsigned = await People.start(at, { policy: { deadlines: { signing: 4000 } } });
  await unsigned.throughTo('code');
  expect(await unsigned.outcome()).toMatchObject({ reason: 'signing-deadline', leftOpen: true, cleanup: 'done' });
  for (const { reference } of [unreviewed, unsigned]) await at.client.reopen(reference, ORDER);
  await unreviewed.approve();
  for (const people of [unreviewed, unsigned]) {
    await people.askForAnotherCode();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed', attempt: 2 });
    expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1 });
  }
});

test('by command and over HTTP it is taken up again too', async () => {
  const [byCommand, byHttp] = await Promise.all([expired(), expired()]);
  const environment = { VIDEOID_CONFIG: at.state.configFile };
  const ran = await videoid(['reopen', byCommand.reference, '--reason', 'late', '--json'], { environment });
  expect(answerOf(ran)).toMatchObject({ attempt: 2, state: 'started' });
  const answer = await fetch(`http://127.0.0.1:${at.config.gateway.port}/v1/requests/${byHttp.reference}/reopen`, {
    method: 'POST',
    headers: { authorization: `Bearer ${readFileSync(apiTokenFile(at.state), 'utf8').trim()}` },
    body: JSON.stringify({ reason: 'late' }),
  });
  expect([answer.status, await answer.json()]).toEqual([201, expect.objectContaining({ attempt: 2 })]);
  expect(answer.headers.get('location')).toBe(`/v1/requests/${byHttp.reference}?attempt=2`);
});

test('only the latest attempt is taken up, after its end, where something is open at the provider', async () => {
  const refused = await People.start(at);
  await refused.throughTo('review');
  await expect(at.client.reopen(refused.reference, ORDER)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_ALLOWED' });
  await refused.refuse('blurred');
  await refused.outcome();
  await expect(at.client.reopen(refused.reference, ORDER)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_ALLOWED' });
  const followed = await expired();
  await at.client.start({ reference: followed.reference, newAttempt: true, registrationAuthority: AUTHORITIES.manual });
  await followed.until('video');
  await expect(at.client.reopen(followed.reference, ORDER)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_ALLOWED' });
  const { remedies } = await at.client.why(followed.reference, { attempt: 1 });
  expect(remedies.map(({ command }) => command)).toEqual([`videoid why ${followed.reference}`]);
});

async function finishedUnseen(): Promise<People> {
  const people = await People.start(at);
  await people.until('video');
  await at.client.cancel(people.reference, ORDER);
  await people.fault({ name: 'lost' });
  await people.finishVideo();
  await at.client.start({ reference: people.reference, newAttempt: true });
  const { attention } = await people.attention('VIDEO_FINISHED');
  expect(attention).toMatchObject({ leavesByItself: false, facts: { status: 'VIDEOREVIEW' } });
  return people;
}

const madeFor = async (people: People) => {
  const { phone } = await people.provider();
  return (await at.provider.requests()).filter((request) => request.phone === phone);
};

describe('a new attempt after a video that was finished late, while every callback was lost,', () => {
  test('bills nothing, and goes on with the finished one as printed', async () => {
    const people = await finishedUnseen();
    const { remedies } = await at.client.why(people.reference);
    const { command = '' } = remedies.find((each) => each.command.includes('adopt')) ?? {};
    await typeCommand(at, command);
    await people.until('review');
    expect(await madeFor(people)).toHaveLength(1);
  });

  test('bills another one if somebody says so', async () => {
    const people = await finishedUnseen();
    const { remedies } = await at.client.why(people.reference);
    const { command = '' } = remedies.find((each) => each.command.includes('--remedy retry')) ?? {};
    await typeCommand(at, command);
    await people.until('video');
    expect(await madeFor(people)).toHaveLength(2);
  });
});

test('a new attempt asks before it bills another video for one that may be finished, and goes on with that as printed', async () => {
  const people = await People.start(at);
  const requestPk = await people.requestPk();
  await at.client.cancel(people.reference, ORDER);
  await at.provider.video(requestPk, 'incomplete');
  await at.client.start({ reference: people.reference, newAttempt: true });
  await people.attention('VIDEO_PERHAPS_FINISHED');
  const { remedies } = await at.client.why(people.reference);
  const { command = '' } = remedies.find((each) => each.command.includes('adopt')) ?? {};
  await typeCommand(at, command);
  await people.until('video');
  await people.finishVideo();
  await at.client.why(people.reference); // lets it read the provider
  await people.until('review');
  expect(await madeFor(people)).toHaveLength(1);
});
