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

test('an older archive is restored', async () => {
  const [running, ended] = await Promise.all([drill.begin('order-1'), drill.begin('order-2')]);
  await drill.follow('The copies', isFirst);
  const [repeated, both, lost] = await Promise.all([
    drill.begin('order-3'),
    drill.begin('order-13'),
    drill.begin('order-12'),
  ]);
  await Promise.all([signed(ended), signed(both)]);
  const before = await callsOf(ended);
  const lostCalls = await lost.provider();
  await drill.follow('An older archive');
  await Promise.all([signed(running), signed(repeated)]);
  for (const people of [running, repeated]) {
    expect((await people.provider()).done).toMatchObject({ create: 1, sign: 1 });
  }
  expect(await drill.at.provider.request(await ended.requestPk())).toMatchObject({ calls: before });
  expect(await both.outcome()).toMatchObject({ outcome: 'signed' });
  expect(lostCalls).toMatchObject({ done: { create: 1 } });
}, 300_000);
