import { callsOf, Drill, signed } from '../installation/drill.js';

let drill: Drill;
beforeAll(async () => {
  drill = await Drill.start();
}, 120_000);
afterAll(() => drill.close());

/** The first copies the archive. */
function isFirst(_: unknown, index: number): boolean {
  return index === 0;
}

test('an older Temporal is restored', async () => {
  const [running, ended] = await Promise.all([drill.begin('order-4'), drill.begin('order-5')]);
  await drill.follow('The copies');
  await signed(ended);
  const later = await drill.begin('order-6');
  const before = await callsOf(ended);
  await drill.follow('An older Temporal');
  await Promise.all([signed(running), signed(later)]);
  for (const people of [running, later]) {
    expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  }
  expect(await callsOf(ended)).toEqual(before);
  expect(await ended.outcome()).toMatchObject({ outcome: 'signed' });
}, 300_000);

test('both are restored, from copies of different age', async () => {
  const running = await drill.begin('order-7');
  await drill.follow('The copies');
  const between = await drill.begin('order-8');
  await drill.follow('The copies', isFirst);
  const after = await drill.begin('order-9');
  const pk = await after.requestPk();
  await drill.follow('Both, from copies of different age');
  await Promise.all([signed(running), signed(between)]);
  for (const people of [running, between]) {
    expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  }
  expect((await drill.at.provider.request(pk)).done).toMatchObject({ create: 1 });
}, 300_000);

test('Temporal is lost', async () => {
  const [running, ended] = await Promise.all([drill.begin('order-10'), drill.begin('order-11')]);
  await Promise.all([running.throughTo('code'), signed(ended)]);
  const before = await callsOf(ended);
  await drill.follow('Temporal is lost');
  await running.until('acceptance');
  await running.askForAnotherCode();
  await running.sign();
  expect(await running.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  expect((await running.provider()).done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  expect(await callsOf(ended)).toEqual(before);
}, 300_000);
