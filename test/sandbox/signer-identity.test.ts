import type { PersonOrder } from '../../sandbox/client/sandbox-client.js';
import { type CreatedRequest, pdf, Stand } from './support.js';

const NORA = { given_name: 'NORA', surname_1: 'EJEMPLO', surname_2: 'PRUEBA', serial_number: '12345678Z' };

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start({ settings: { behaviour: { algorithm: 'ecdsa' } } });
});
afterAll(async () => stand.close());
afterEach(() => stand.control.resetSettings());

async function read({ pk }: CreatedRequest): Promise<Record<string, unknown>> {
  return (await stand.api('GET', `/request/${pk}`)).body['detail'] as Record<string, unknown>;
}

async function update(request: CreatedRequest, fields: Record<string, string>) {
  const { scratchcard, email, registration_authority, profile } = await read(request);
  const required = { scratchcard, email, registration_authority, profile, country_name: 'ES' };
  return stand.api('PUT', `/request/${request.pk}`, { ...required, ...fields });
}

async function identified(person: PersonOrder = NORA): Promise<CreatedRequest> {
  const request = await stand.create();
  await stand.control.video(request.pk, 'finished', person);
  return request;
}

async function approved(request: CreatedRequest): Promise<void> {
  await stand.control.console(request.pk, 'approve');
}

describe('a read shows who the signer is', () => {
  test.each([
    ['never', [false, false, false]],
    ['after-video', [false, true, true]],
    ['after-approval', [false, false, true]],
    ['always', [true, true, true]],
  ])('%s: before the video, after it, after the approval: %j', async (identityShown, expected) => {
    await stand.setting({ identityShown });
    const request = await stand.create();
    const isShown = async (): Promise<boolean> => (await read(request))['serial_number'] !== '';
    const before = await isShown();
    await stand.video(request.pk);
    const after = await isShown();
    await approved(request);
    expect([before, after, await isShown()]).toEqual(expected);
  });
});

describe('an update after the video', () => {
  test('changes what may be corrected, and empties what it leaves out', async () => {
    const request = await identified();
    expect((await update(request, { ...NORA, given_name: 'NOA' })).status).toBe(200);
    expect(await read(request)).toMatchObject({ ...NORA, given_name: 'NOA' });
    await update(request, { given_name: 'NOA' });
    expect(await read(request)).toMatchObject({ given_name: 'NOA', surname_1: '', serial_number: '' });
  });

  test('keeps what it leaves out, where that is set', async () => {
    await stand.setting({ updateLeavesOut: 'kept' });
    const request = await identified();
    await update(request, { given_name: 'NOA' });
    expect(await read(request)).toMatchObject({ ...NORA, given_name: 'NOA' });
  });

  test('of another field is refused by name, or ignored', async () => {
    await stand.setting({ identityCorrectable: ['given_name'] });
    const request = await identified();
    const other = { ...NORA, given_name: 'NOA', serial_number: '87654321X' };
    expect(await update(request, other)).toMatchObject({
      status: 412,
      body: { detail: 'Invalid request fields: serial_number' },
    });
    expect(await read(request)).toMatchObject(NORA);
    await stand.setting({ identityChange: 'ignored' });
    expect((await update(request, other)).status).toBe(200);
    expect(await read(request)).toMatchObject({ ...NORA, given_name: 'NOA' });
  });

  test('before the video says nothing that the video does not overrule', async () => {
    const request = await stand.create();
    await update(request, { given_name: 'SOMEBODY' });
    expect(await read(request)).toMatchObject({ given_name: 'SOMEBODY' });
    await stand.control.video(request.pk, 'finished', NORA);
    expect(await read(request)).toMatchObject(NORA);
  });
});

test.each([
  ['with-prefix', 'IDCES-12345678Z'],
  ['plain', '12345678Z'],
  ['absent', undefined],
])('the certificate names the document: %s', async (certificateNumber, expected) => {
  await stand.setting({ certificateNumber });
  const request = await identified();
  await approved(request);
  await stand.uploadOne(request.pk, await pdf('one'));
  expect((await stand.sign(request.pk)).status).toBe(200);
  const [certificate] = (await read(request))['certificate_set'] as { subject: string }[];
  expect(certificate?.subject).toContain('CN=NORA EJEMPLO PRUEBA');
  expect(/2\.5\.4\.5=([^,]+)/.exec(certificate?.subject ?? '')?.[1]).toBe(expected);
});

test('the operator sees in the console whom the video shows', async () => {
  const request = await identified();
  const page = await (await fetch(`${stand.sandbox.url}/console`)).text();
  const card = page.slice(page.indexOf(`Request ${request.pk}`));
  expect(card).toContain('On the video: NORA EJEMPLO PRUEBA, document 12345678Z');
});
