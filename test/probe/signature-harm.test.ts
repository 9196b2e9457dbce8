import { SimulatedPeople } from '../../src/probe/simulated-people.js';
import { changingProxy, type Passing } from './changing-proxy.js';
import { ProbePlace, type Probed } from './probe-place.js';

/** What must not happen: harm at the provider, and verdicts from what the provider did not say. */

let place: ProbePlace;
beforeAll(async () => {
  place = await ProbePlace.open();
});
afterAll(() => place.close());
afterEach(() => place.provider.resetSettings());

const json = (status: number, body: object): Partial<Passing> => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});
const page = (status: number): Partial<Passing> => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: Buffer.from('<html><title>Trouble</title></html>'),
});

/** A probe through something that changes answers. */
async function through(
  change: (answer: Passing) => Partial<Passing> | undefined,
  more: { patience?: number } = {},
): Promise<Probed> {
  const proxy = await changingProxy(place.sandbox.url, change);
  try {
    const people = new SimulatedPeople(place.sandbox.url, () => undefined, 100);
    return await place.probe({ people, optimizer: proxy.url, others: false, ...more });
  } finally {
    await proxy.close();
  }
}

test('an officer whose credentials were refused is not tried again', async () => {
  let approvals = 0;
  const probing = through(({ path }) => {
    if (!path.endsWith('/approve')) return undefined;
    approvals += 1;
    return json(400, { status: 'error', detail: 'Invalid RAO credentials: the PIN of this type is not valid' });
  });
  await expect(probing).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
  expect(approvals).toBe(1);
});

test('the first refusal of a create is told, if no other side helped', async () => {
  let creates = 0;
  const probing = through(({ path }) => {
    if (path !== '/videoid') return undefined;
    creates += 1;
    return json(400, { status: 'error', detail: creates === 1 ? 'This telephone is not allowed' : 'Another reason' });
  });
  await expect(probing).rejects.toThrow('This telephone is not allowed');
});

test('trouble of a server is not taken for the words of a refusal', async () => {
  let signs = 0;
  const probed = await through(({ path }) => {
    if (!path.startsWith('/sign/')) return undefined;
    signs += 1;
    return signs === 3 ? json(500, { detail: 'Internal Server Error' }) : undefined;
  });
  expect(probed.finding('codeNotAcceptedTexts').verdict).toBe('not-seen');
});

test('a read that fails does not prove a deletion', async () => {
  let deleting = false;
  const probed = await through(({ method, path }) => {
    if (method === 'DELETE' && /^\/document\/\d+\/[0-9a-f-]+/.test(path)) {
      deleting = true;
      return json(200, { status: 'success', message: 'Document successfully deleted' });
    }
    return deleting && path.startsWith('/document/') && method === 'GET' ? page(502) : undefined;
  });
  for (const assumption of ['deletionWithoutType', 'deletionByType', 'deletedIsNotFound']) {
    expect(probed.finding(assumption).verdict).toBe('not-seen');
  }
});

test('one address that answers with pages says nothing about the others', async () => {
  const probed = await through(({ path }) => (path.startsWith('/contract/') ? page(403) : undefined));
  expect(probed.finding('answersAreJson').verdict).not.toBe('contradicted');
});

test('data of people stays out of errors', async () => {
  const probing = through(({ path, method, status }) =>
    path.startsWith('/document/') && method === 'POST' && status === 200
      ? json(200, { result: { holder: 'Sandbox Signer', owner: 'Zyxwvuta Canarias' } })
      : undefined,
  );
  await expect(probing).rejects.toMatchObject({ message: expect.not.stringContaining('Canarias') as string });
});

test('an approval that was refused in unknown words is told, and sent once', async () => {
  let approvals = 0;
  process.env['PROBE_OFFICER_PASSWORD'] = 'another';
  try {
    const probing = through(
      ({ path }) => {
        if (!path.endsWith('/approve')) return undefined;
        approvals += 1;
        return json(401, { detail: 'It is not known here' });
      },
      { patience: 100 },
    );
    await expect(probing).rejects.toThrow('It is not known here');
  } finally {
    process.env['PROBE_OFFICER_PASSWORD'] = 'rao-password-1400';
  }
  expect(approvals).toBe(1);
});
