import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { apiTokenFile } from '../../local/local-config.js';
import type { FailureView } from '../../src/messages/failures.js';
import { SAMPLE } from '../client/place.js';
import { EnrolledPeople, ORGANISATION, ORGANISATION_FIELDS } from '../installation/enrolled-people.js';
import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const start = {
  registrationAuthority: AUTHORITIES.manual,
  profile: ORGANISATION,
  signer: { email: 'signer@example.com', phone: '+34600000000' },
};

function call(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set('authorization', `Bearer ${readFileSync(apiTokenFile(at.state), 'utf8')}`);
  return fetch(`http://127.0.0.1:${at.config.gateway.port}/v1${path}`, { ...options, headers });
}

function post(path: string, body: object): Promise<Response> {
  return call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

function upload(path: string, request: object): Promise<Response> {
  const form = new FormData();
  form.append('request', new Blob([JSON.stringify(request)], { type: 'application/json' }));
  form.append('document', new Blob([readFileSync(SAMPLE)]), 'deed.pdf');
  return call(path, { method: 'POST', body: form });
}

async function failure(answer: Response): Promise<FailureView> {
  return ((await answer.json()) as { error: FailureView }).error;
}

test('an organisation is enrolled over HTTP: start, what is missing, declaration, review, outcome', async () => {
  const reference = `http-${randomUUID()}`;
  const path = `/enrolments/${reference}`;
  const started = await post('/enrolments', { reference, ...start });
  expect([started.status, started.headers.get('location')]).toEqual([201, `/v1${path}?attempt=1`]);
  expect(await started.json()).toMatchObject({ workflowId: `enrolment-${reference}`, state: 'started' });
  const again = await post('/enrolments', { reference, ...start });
  expect([again.status, await again.json()]).toMatchObject([200, { state: 'running' }]);

  const people = new EnrolledPeople(at, reference);
  await people.identified();
  await people.untilStatus(({ missing }) => missing !== undefined);
  expect(await (await call(path)).json()).toMatchObject({ flow: 'enrolment', stage: 'completing' });
  const provided = await upload(`${path}/provide`, { fields: ORGANISATION_FIELDS });
  expect([provided.status, await provided.json()]).toEqual([200, { missing: [], event: expect.any(Number) as number }]);

  await people.untilStatus(({ verbs }) => verbs.includes('approve'));
  const declaration = await call(`${path}/declaration`);
  expect(declaration.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await declaration.text()).toContain('DECLARA');
  const contract = await call(`${path}/contract`);
  expect((await contract.text()).slice(0, 5)).toBe('%PDF-');
  const decision = { decision: 'approve', officer: OFFICER, evidenceSeen: 'console' };
  expect(await (await post(`${path}/review`, decision)).json()).toMatchObject({ status: 'ENROLLREADY' });
  const outcome = await call(`${path}/outcome?wait=30`);
  expect(await outcome.json()).toMatchObject({ outcome: 'enrolled', reason: 'enroll-ready' });

  const secrets = await post(`${path}/secrets`, {});
  expect(await secrets.json()).toMatchObject({ scratchcard: { erc: (await people.provider()).secrets['erc'] } });
  const { events } = (await (await call(path)).json()) as { events: { what: string; facts: object }[] };
  expect(events.find(({ what }) => what === 'secrets-read')).toMatchObject({
    channel: 'api',
    facts: { by: 'requester' },
  });
});

test('signature requests and enrolments do not see each other', async () => {
  const reference = `http-${randomUUID()}`;
  expect((await post('/enrolments', { reference, ...start })).status).toBe(201);
  const other = await call(`/requests/${reference}`);
  expect([other.status, await failure(other)]).toMatchObject([404, { code: 'REQUEST_NOT_FOUND' }]);
  const listed = (await (await call('/requests')).json()) as { requests: { flow: string }[] };
  expect(listed.requests.filter(({ flow }) => flow !== 'signature')).toEqual([]);
  const cancelled = await post(`/enrolments/${reference}/cancel`, { reason: 'the test is over' });
  expect([cancelled.status, await cancelled.json()]).toMatchObject([200, { outcome: 'cancelled' }]);
});

test.each<[string, object, number, string, string | undefined]>([
  ['a field from the video', { fields: { given_name: 'Nora' } }, 422, 'FIELD_FROM_VIDEO', 'fields.given_name'],
  [
    'a natural person without the smartcard',
    { profile: 'PFqscdCiudadano' },
    422,
    'FIELDS_MISSING',
    'fields.smartcard_sn',
  ],
  ['an unknown profile', { profile: 'PFperro' }, 400, 'UNKNOWN_PROFILE', 'profile'],
  ['a path on our machine', { documents: [{ name: 'a.pdf', content: '/etc/hosts' }] }, 400, 'BAD_INPUT', 'body'],
  ['a field nobody knows', { surprise: 1 }, 400, 'BAD_INPUT', 'surprise'],
])('a start with %s is refused', async (_why, more, status, code, field) => {
  const refused = await post('/enrolments', { reference: `http-${randomUUID()}`, ...start, ...more });
  expect([refused.status, await failure(refused)]).toMatchObject([status, { code, field }]);
});

test('a provision with a path on our machine is refused before the request is looked for', async () => {
  const documents = [{ name: 'a.pdf', content: '/etc/hosts' }];
  const refused = await post('/enrolments/nobody/provide', { documents });
  expect([refused.status, await failure(refused)]).toMatchObject([400, { code: 'BAD_INPUT', field: 'body' }]);
});

test('the certificate profiles can be read, one or all', async () => {
  const { profiles } = (await (await call('/profiles')).json()) as { profiles: { name: string }[] };
  expect(profiles.map(({ name }) => name)).toContain(ORGANISATION);
  expect(await (await call(`/profiles/${ORGANISATION}`)).json()).toMatchObject({ secureElements: ['2'] });
  expect((await call('/profiles/constructor')).status).toBe(400);
});
