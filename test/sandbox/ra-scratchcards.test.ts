import { RaStand } from './ra-support.js';

let ra: RaStand;
beforeEach(async () => {
  ra = await RaStand.start({ settings: {} });
});
afterEach(async () => ra.close());

const UNUSED = '/scratchcards/get_first_unused/';

test('the first unused card has the documented form: secrets as JSON in a string, its number as text', async () => {
  const card = await ra.card();
  expect(Object.keys(card)).toEqual(['pk', 'sn', 'secrets', 'registration_authority']);
  expect(card).toMatchObject({ sn: expect.stringMatching(/^\d{7}$/) as unknown, registration_authority: 139 });
  expect(JSON.parse(card.secrets)).toEqual({
    erc: expect.stringMatching(/^\d{10}$/) as unknown,
    enrollment_code: expect.stringMatching(/^.{8}$/) as unknown,
    pin: expect.stringMatching(/^\d{8}$/) as unknown,
    puk: expect.stringMatching(/^\d{8}$/) as unknown,
  });
  expect(JSON.parse((await ra.call('GET', `/scratchcards/${card.pk}/`)).text)).toEqual(card);
});

test('it can come as the current documentation has it: an object and a number', async () => {
  await ra.setting({ secretsShape: 'object', snType: 'number' });
  const { body } = await ra.call('GET', UNUSED, { ra: 139 });
  expect(body).toMatchObject({ sn: expect.any(Number) as unknown, secrets: { pin: expect.any(String) as unknown } });
});

test('first unused does not reserve: two callers get the same card, and one of them an error', async () => {
  const [one, other] = await Promise.all([ra.card(), ra.card()]);
  expect(one.sn).toBe(other.sn);
  const order = { ...(await ra.order()), scratchcard: one.sn };
  const answers = await Promise.all([ra.call('POST', '/requests/', order), ra.call('POST', '/requests/', order)]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 500]));
  expect(answers.find(({ status }) => status === 500)?.body['error']).toBe('Invalid ScratchCard');
  expect((await ra.call('GET', `/requests/?scratchcard=${one.sn}`)).body['count']).toBe(1);
  expect((await ra.card()).sn).not.toBe(one.sn);
});

test('it can reserve, where that is set', async () => {
  await ra.setting({ firstUnused: 'reserves' });
  const [one, other] = await Promise.all([ra.card(), ra.card()]);
  expect(one.sn).not.toBe(other.sn);
});

test('a card is single-use, also of a request that was cancelled; isused is plain true or false', async () => {
  const { sn } = await ra.card();
  const used = async (): Promise<string> => (await ra.call('POST', '/scratchcards/isused/', { sn })).text;
  expect(await used()).toBe('false');
  const pk = await ra.create({ scratchcard: sn });
  expect(await used()).toBe('true');
  await ra.call('DELETE', `/requests/${pk}/cancel/`);
  expect(await used()).toBe('true');
  const again = await ra.call('POST', '/requests/', { ...(await ra.order()), scratchcard: sn });
  expect(again).toMatchObject({ status: 500, body: { error: 'Invalid ScratchCard' } });
  expect(await ra.call('POST', '/scratchcards/isused/', { sn: '1' })).toMatchObject({
    status: 500,
    body: { error: 'ScratchCard matching query does not exist.' },
  });
});

test('a card belongs to its registration authority', async () => {
  const { sn } = await ra.card('140');
  const order = { ...(await ra.order()), scratchcard: sn };
  expect(await ra.call('POST', '/requests/', order)).toMatchObject({
    status: 500,
    body: { error: 'Invalid ScratchCard' },
  });
});

test('the stock is 60, and what none left looks like is set', async () => {
  const { body } = await ra.call('GET', '/scratchcards/?registration_authority=139');
  expect(body['count']).toBe(60);
  expect(body['results']).toHaveLength(10);
  const { sn } = await ra.card();
  expect((await ra.call('GET', `/scratchcards/?sn=${sn}`)).body).toMatchObject({ count: 1, results: [{ sn }] });

  const authority = { name: 'Without cards', behaviour: { ra: { scratchcards: 0 } } };
  await ra.stand.control.settings({ registrationAuthorities: { '150': authority } });
  const none = async (): Promise<unknown> => ra.call('GET', UNUSED, { ra: '150' });
  expect(await none()).toMatchObject({ status: 500, body: { error: 'ScratchCard matching query does not exist.' } });
  await ra.setting({ noneLeft: '404' });
  expect(await none()).toMatchObject({ status: 404, body: { detail: 'Not found.' } });
  await ra.setting({ noneLeft: 'null' });
  expect(await none()).toMatchObject({ status: 200, text: 'null' });
  await ra.stand.control.addScratchcards('150', 2);
  expect((await ra.stand.control.scratchcards())['150']).toEqual({ all: 2, used: 0, unused: 2 });
  expect((await ra.card('150')).registration_authority).toBe(150);
});

test('somebody else can take the card in between', async () => {
  const order = await ra.order();
  await ra.stand.control.useScratchcard(String(order['scratchcard']));
  expect((await ra.call('POST', '/requests/', order)).body).toMatchObject({ error: 'Invalid ScratchCard' });
  expect((await ra.call('GET', `/requests/?scratchcard=${String(order['scratchcard'])}`)).body['count']).toBe(0);
});

test('fifty at once on one authority: as many requests as cards that were used, none twice', async () => {
  const one = async (): Promise<string> => {
    for (;;) {
      const order = await ra.order();
      const { status } = await ra.call('POST', '/requests/', order);
      if (status === 201) return String(order['scratchcard']);
    }
  };
  const cards = await Promise.all(Array.from({ length: 50 }, one));
  expect(new Set(cards).size).toBe(50);
  expect((await ra.stand.control.scratchcards())['139']).toEqual({ all: 60, used: 50, unused: 10 });
  expect((await ra.call('GET', '/requests/')).body['count']).toBe(50);
});
