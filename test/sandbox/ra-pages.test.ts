import { ORGANISATION, ORGANISATION_FIELDS, RaStand } from './ra-support.js';

let ra: RaStand;
beforeAll(async () => {
  ra = await RaStand.start();
});
afterAll(async () => ra.close());

async function page(path: string, form?: Record<string, string>): Promise<{ status: number; html: string }> {
  const { url } = ra.stand.sandbox;
  const response = await fetch(path.startsWith('http') ? path : url + path, {
    redirect: 'manual',
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  });
  return { status: response.status, html: await response.text() };
}

async function linkIn(address: string, words: string): Promise<string> {
  const { html } = await page(`/inbox/${encodeURIComponent(address)}`);
  const link = new RegExp(`href="([^"]+)"[^>]*>${words}<`).exec(html)?.[1];
  if (link === undefined) throw new Error(`no link ${words}`);
  return link;
}

test('a person does everything by page: inbox, video, operator, self-service', async () => {
  const email = 'pages@made-up.example';
  const pk = await ra.create({ email });
  expect((await page('/inbox')).html).toContain(email);
  const video = await linkIn(email, 'Open the video');
  expect((await page(video)).html).toContain(`Request ${pk}`);
  expect((await page(video, { result: 'finished' })).status).toBe(303);

  const operator = (await page('/operator')).html;
  expect(operator).toContain(`Enrolment ${pk}`);
  expect(operator).toContain('NORA EJEMPLO');
  expect((await page(`/operator/${pk}`, { do: 'validate' })).status).toBe(303);

  const certificate = await linkIn(email, 'Get the certificate');
  expect((await page(`${certificate}/contract`)).html).toMatch(/^%PDF-/);
  expect((await page(certificate, {})).status).toBe(303);
  expect((await page(certificate)).html).toMatch(/certificate [0-9a-f]{16} has been issued/);
  expect(await ra.read(pk)).toMatchObject({ status: 'ISSUED' });
  expect((await page(certificate, {})).status).toBe(409);
});

test('the operator’s page offers what is possible, and says what is missing', async () => {
  const pk = await ra.create({ profile: ORGANISATION });
  const card = async (): Promise<string> =>
    (await page('/operator')).html.split('<section').find((each) => each.includes(`Enrolment ${pk}`)) ?? '';
  const acts = async (): Promise<string[]> =>
    [...(await card()).matchAll(/name="do" value="(\w+)"/g)].map((each) => each[1] ?? '');
  expect(await acts()).toEqual(['cancel']);
  await ra.video(pk);
  expect(await acts()).toEqual(['validate', 'refuse', 'cancel']);
  await ra.operator(pk, 'validate');
  expect(await acts()).toEqual(['cancel']);
  expect(await card()).toContain('<code>organization_name</code>');
  expect((await page(`/operator/${pk}`, { do: 'approve' })).status).toBe(409);
  await ra.update(pk, ORGANISATION_FIELDS);
  await ra.upload(pk, 'upload_videoid_evidence', { label: 'deed' });
  expect(await acts()).toEqual(['approve', 'cancel']);
  expect((await page(`/operator/${pk}`, { do: 'approve' })).status).toBe(303);
  expect(await ra.read(pk)).toMatchObject({ status: 'ENROLLREADY' });
});

test('a link that belongs to nobody opens nothing', async () => {
  expect((await page(`/lcmpl/enrollment/auth/${'0'.repeat(32)}`)).status).toBe(404);
});
