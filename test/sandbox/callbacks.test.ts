import { Receiver, Stand } from './support.js';

let stand: Stand;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await Receiver.start();
  stand = await Stand.start({ webhook: receiver.url });
});
afterEach(async () => {
  await stand.close();
  await receiver.close();
});

test('every change of status is announced, with the event of the table', async () => {
  await stand.setting({ webhookExtras: 'never' });
  const { pk } = await stand.createReady();
  await stand.control.console(pk, 'cancel');
  const received = await receiver.atLeast(4);
  expect(received.map((body) => [body['event_type'], (body['request'] as { status: string }).status])).toEqual([
    ['REQUEST_CREATED', 'VIDEOPENDING'],
    ['VIDEOID_UPDATED', 'VIDEOREVIEW'],
    ['REQUEST_APPROVED', 'ENROLLREADY'],
    ['REQUEST_CANCELED', 'CANCELLED'],
  ]);
  expect(received[1]).toEqual({
    event_type: 'VIDEOID_UPDATED',
    sent_at: expect.stringMatching(/^\d{14}$/) as unknown,
    request: {
      status: 'VIDEOREVIEW',
      profile: 'PFnubeQAFCiudadano',
      registration_authority: 139,
      scratchcard: expect.stringMatching(/^\d{7}$/) as unknown,
      pk,
    },
    certificates: [],
  });
});

test('the flat shape says the same', async () => {
  await stand.setting({ webhookShape: 'flat' });
  const { pk } = await stand.create();
  await stand.video(pk, 'error');
  expect((await receiver.atLeast(2))[1]).toEqual({
    status: 'VIDEOERROR',
    date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/) as unknown,
    previous_status: 'VIDEOPENDING',
    request: pk,
    registration_authority: 139,
  });
});

test('a registration authority has an address and a shape of its own', async () => {
  const other = await Receiver.start();
  const behaviour = { webhook: other.url, webhookShape: 'flat' };
  await stand.control.settings({ registrationAuthorities: { '140': { behaviour } } });
  await stand.create({ registration_authority: '140' });
  expect((await other.atLeast(1))[0]).toMatchObject({ status: 'VIDEOPENDING', registration_authority: 140 });
  expect(receiver.received).toEqual([]);
  await other.close();
});

test('a delivery that fails is tried again, and given up in the end', async () => {
  await stand.setting({ webhookRetries: [1, 1] });
  receiver.answers.push(503, 204);
  const { pk } = await stand.create();
  await receiver.atLeast(2);
  receiver.answers.push(500, 500, 500);
  await stand.video(pk);
  await receiver.atLeast(5);
  await stand.control.console(pk, 'approve');
  await receiver.atLeast(6);
  expect(receiver.statuses()).toEqual([
    'VIDEOPENDING',
    'VIDEOPENDING',
    'VIDEOREVIEW',
    'VIDEOREVIEW',
    'VIDEOREVIEW',
    'ENROLLREADY',
  ]);
});

describe('faults of callbacks', () => {
  test('lost: it never comes, the next one does', async () => {
    await stand.faults({ name: 'lost', status: 'VIDEOREVIEW' });
    await stand.createReady();
    await receiver.atLeast(2);
    expect(receiver.statuses()).toEqual(['VIDEOPENDING', 'ENROLLREADY']);
    expect(await stand.control.deliveries()).toContainEqual(
      expect.objectContaining({ status: 'VIDEOREVIEW', answer: 'lost' }),
    );
  });

  test('duplicate: the same body comes again', async () => {
    await stand.faults({ name: 'duplicate', copies: 2 });
    await stand.create();
    const received = await receiver.atLeast(3);
    const [first, ...copies] = received.map((body) => body['request']);
    expect(copies).toEqual([first, first]);
  });

  test('reordered: it comes after the next one of its request', async () => {
    await stand.faults({ name: 'reordered', status: 'VIDEOREVIEW', ms: 60_000 });
    await stand.createReady();
    await receiver.atLeast(3);
    expect(receiver.statuses()).toEqual(['VIDEOPENDING', 'ENROLLREADY', 'VIDEOREVIEW']);
  });

  test('late: a later one overtakes it', async () => {
    await stand.faults({ name: 'late', ms: 1500, nth: 2 });
    await stand.createReady();
    await receiver.atLeast(3);
    expect(receiver.statuses()).toEqual(['VIDEOPENDING', 'ENROLLREADY', 'VIDEOREVIEW']);
  });

  test('forged: a claim that is not so comes along, and the request is untouched', async () => {
    await stand.faults({ name: 'forged', claims: 'ISSUED' });
    const { pk } = await stand.create();
    await receiver.atLeast(2);
    expect(receiver.statuses()).toEqual(['VIDEOPENDING', 'ISSUED']);
    expect(await stand.status(pk)).toBe('VIDEOPENDING');
  });

  test('a callback can be forged by hand, for a request that does not exist', async () => {
    expect(await stand.control.forge({ request: 7, status: 'CANCELLED', shape: 'flat' })).toBe(204);
    expect(receiver.received[0]).toMatchObject({ request: 7, status: 'CANCELLED' });
  });

  test('the same seed meets the same ones', async () => {
    const first = await met();
    expect(first).toContain(true);
    expect(first).toContain(false);
    expect(await met()).toEqual(first);
  });
});

/** Which of twelve creations a seeded fault meets. */
async function met(): Promise<unknown[]> {
  await stand.faults({ name: 'lost', probability: 0.5, seed: 42 });
  const pks = [];
  for (let index = 0; index < 12; index += 1) pks.push((await stand.create()).pk);
  const lost = await stand.control.deliveries();
  return pks.map((pk) => lost.some((each) => each.request === pk && each.answer === 'lost'));
}
