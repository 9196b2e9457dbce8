import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const RARELY = { watch: { slow: '1h' } } as const;

describe('while the signer accepts and signs, a cancellation in the provider’s console', () => {
  test('is found by reading where its callback was lost', async () => {
    const people = await People.start(at);
    await people.throughTo('acceptance');
    await people.fault({ name: 'lost' });
    await people.console('cancel');
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
  });

  test('is found where its callback came while the documents went up', async () => {
    const people = await People.start(at, { policy: RARELY });
    const fault = await people.fault({ name: 'hold-after', endpoint: 'get-contract' });
    await people.finishVideo();
    await people.approve();
    await people.held(fault);
    await people.console('cancel');
    await eventually(async () => (await people.provider()).callbacks.length === 0);
    await at.provider.removeFault(fault);
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
  });

  test('is found where the provider shows it later than it calls back', async () => {
    const people = await People.start(at, { policy: RARELY });
    await people.throughTo('acceptance');
    await people.fault({ name: 'reads-behind-hooks', ms: 250 });
    await people.console('cancel');
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
  });
});

test.each([
  ['a maintenance page', { code: 403, text: '<html>Forbidden</html>' }],
  ['a redirection', { code: 302, text: '<html>Moved</html>' }],
  ['no such request', { code: 404, text: 'No RequestModel matches the given query.' }],
])('reads that are refused (%s) are tried again, and nobody has to resolve it', async (_, answer) => {
  const people = await People.start(at);
  await people.until('video');
  const fault = await people.fault({ name: 'answer-other', endpoint: 'get-request', ...answer });
  await people.fault({ name: 'lost' });
  await people.untilStatus(({ attention }) => attention?.step === 'watch');
  await at.provider.removeFault(fault);
  await people.finishVideo();
  expect((await people.until('review')).attention).toBeUndefined();
});
