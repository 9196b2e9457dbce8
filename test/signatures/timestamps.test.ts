import { makeIdentity } from './authority.js';
import type { TimestampOrder } from './cms-maker.js';
import { signPdf, withDocumentTimestamp } from './signer.js';
import { indeterminate, passed, secondsAgo, Workbench } from './workbench.js';

const DAY = 86_400;
let at: Workbench;
beforeAll(async () => {
  at = await Workbench.open();
});
afterAll(() => at.close());

const stamp = (more: Partial<TimestampOrder> = {}): TimestampOrder => ({
  authority: at.authority.timestamps,
  chain: [at.authority.intermediate],
  at: secondsAgo(0),
  ...more,
});

it('a timestamp with SHA-1 is unsupported, and one with SHA-1 that does not hold is invalid', async () => {
  expect(await at.verify(await at.sign(at.agreement, { timestamp: stamp({ imprint: 'sha1' }) }))).toMatchObject(
    indeterminate('timestamp-unsupported'),
  );
  expect(await at.verify(await at.sign(at.agreement, { timestamp: stamp({ digest: 'sha1' }) }))).toMatchObject(
    indeterminate('timestamp-unsupported'),
  );
  const over = { ...stamp({ imprint: 'sha1' }), over: Buffer.from('another signature') };
  expect(await at.verify(await at.sign(at.agreement, { timestamp: over }))).toMatchObject(
    indeterminate('timestamp-invalid'),
  );
});

it('of two timestamps the earliest that can be trusted counts', async () => {
  const [early, late] = [stamp(), stamp({ at: secondsAgo(-5) })];
  const order = { timestamp: late, moreTimestamps: [early] };
  expect(await at.verify(await at.sign(at.agreement, order))).toMatchObject({
    ...passed,
    facts: { timestamp: 'present', signingTimeSource: 'timestamp', signingTime: early.at.toISOString() },
  });
  const stranger = await makeIdentity({ name: 'Stranger', issues: {}, timeStamping: true });
  const untrusted = stamp({ authority: stranger, chain: [] });
  expect(await at.verify(await at.sign(at.agreement, { timestamp: untrusted, moreTimestamps: [early] }))).toMatchObject(
    passed,
  );
  expect(
    await at.verify(await at.sign(at.agreement, { timestamp: untrusted, moreTimestamps: [untrusted] })),
  ).toMatchObject(indeterminate('timestamp-not-trusted'));
});

it('a document timestamp proves the time of the signatures that it is over', async () => {
  const stamped = secondsAgo(15 * DAY);
  const [from, to] = [secondsAgo(16 * DAY), secondsAgo(14 * DAY)];
  const root = await makeIdentity({ name: 'Old Root', issues: {}, from });
  const stamps = await makeIdentity({ name: 'Stamps', issuer: root, from, timeStamping: true });
  const signer = await makeIdentity({ name: 'Expired', issuer: root, from, to });
  const file = await withDocumentTimestamp(await signPdf(at.agreement, { signer, chain: [] }), {
    authority: stamps,
    chain: [],
    at: stamped,
  });
  expect(await at.verify(file, undefined, [root])).toMatchObject({
    ...indeterminate('validation-material-appended'),
    facts: { signingTimeSource: 'timestamp', signingTime: stamped.toISOString() },
  });
});
