import { levelOf } from '../../src/probe/signature/level.js';
import { withDocumentTimestamp, withStore } from '../signatures/signer.js';
import { Workbench } from '../signatures/workbench.js';

let at: Workbench;
beforeAll(async () => {
  at = await Workbench.open();
});
afterAll(() => at.close());

async function level(file: Buffer): Promise<string> {
  const { agreement } = at;
  return levelOf({ verification: await at.verify(file, agreement), file: await at.look(file, agreement) });
}

const root = () => Buffer.from(at.authority.root.certificate.raw);
const stamp = () => ({ authority: at.authority.timestamps, chain: [at.authority.intermediate], at: new Date() });

test('the level of a signature is told from what the file shows', async () => {
  const plain = await at.sign(at.agreement);
  const stamped = await at.sign(at.agreement, { timestamp: stamp() });
  expect(await level(at.agreement)).toBe('not signed');
  expect(await level(plain)).toBe('B-B');
  expect(await level(stamped)).toBe('B-T');
  expect(await level(await withStore(plain, root()))).toBe('B-B with validation data');
  expect(await level(await withStore(stamped, root()))).toBe('B-LT');
  expect(await level(await withDocumentTimestamp(await withStore(stamped, root()), stamp()))).toBe('B-LTA');
});
