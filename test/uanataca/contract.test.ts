import { buffer } from 'node:stream/consumers';
import type { RegistrationAuthorityAssumptions } from '../../src/uanataca/registration-authority/assumptions.js';
import { type Answered, json } from './answering-server.js';
import { type AuthorityServer, authorityOf, authorityServer } from './authority-server.js';
import { PK } from './enrolments.js';
import { errorOf } from './people.js';

/** Begins like the vendor's own contract: a binary comment after the first line. */
const PDF = Buffer.concat([
  Buffer.from('%PDF-1.4\n%'),
  Buffer.from([0x93, 0x8c, 0x8b, 0x9e]),
  Buffer.from(' \u00e9\n%%EOF\n'),
]);
const IN_LINES = PDF.toString('base64').replaceAll(/(.{12})/g, '$1\n');

const LISTED = json(200, [{ document: IN_LINES, type: 'contract' }]);
const GENERATED = json(200, { document: PDF.toString('latin1') });
const NO_JSON = json(415, { detail: 'Unsupported media type "application/json" in request.' });

let server: AuthorityServer;
let listed: Answered;
let generated: Answered;

beforeAll(async () => {
  server = await authorityServer(({ url }) => (url.includes('pl_get_document') ? listed : generated));
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrived.length = 0;
  [listed, generated] = [LISTED, GENERATED];
});

async function contract(assumptions: Partial<RegistrationAuthorityAssumptions> = {}): Promise<Buffer> {
  const authority = authorityOf(server, { assumptions });
  try {
    const { stream, size } = await authority.contract(PK, '1400');
    const bytes = await buffer(stream);
    expect(size).toBe(bytes.length);
    return bytes;
  } finally {
    await authority.close();
  }
}

async function failure(assumptions: Partial<RegistrationAuthorityAssumptions> = {}) {
  const authority = authorityOf(server, { assumptions });
  const error = await errorOf(authority.contract(PK, '1400'));
  await authority.close();
  return error;
}

test('is asked for with JSON, naming the officer as `rao_id`, and comes in Base64 with line breaks', async () => {
  expect(await contract()).toEqual(PDF);
  expect(server.arrived.map(({ method, url, body }) => [method, url, body.toString()])).toEqual([
    ['POST', '/api/v1/requests/25139/pl_get_document/', '{"type":"contract","rao_id":"1400"}'],
  ]);
});

test.each<[string, Answered]>([
  ['refused', NO_JSON],
  ['refused for its parameters', json(412, { code: '418,', id: 'c6972c3efdc6db8e', error: 'Invalid paramiters' })],
  ['answered with no document', json(200, [])],
  ['answered with another document', json(200, [{ document: IN_LINES, type: 'document_front' }])],
  ['answered with something that is no PDF', json(200, [{ document: 'iVBORw0KGgo=', type: 'contract' }])],
  ['answered with something that is no Base64', json(200, [{ document: 'é', type: 'contract' }])],
])('where that is %s, generate_document gives it byte by byte', async (_name, answer) => {
  listed = answer;
  expect(await contract()).toEqual(PDF);
  const { url, body } = server.arrived[1] ?? { url: '', body: '' };
  expect([url, String(body)]).toEqual(['/api/v1/requests/25139/generate_document/', '{"doctype":"contract"}']);
});

test('a form, where pl_get_document wants one', async () => {
  expect(await contract({ contractFrom: ['form'] })).toEqual(PDF);
  const [arrived] = server.arrived;
  expect(arrived?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  const text = arrived?.body.toString() ?? '';
  expect(text).toMatch(/name="type"\r\n\r\ncontract\r\n--.*name="rao_id"\r\n\r\n1400\r\n--.*--\r\n$/s);
});

test.each<[string, Answered]>([
  [
    'an officer that does not exist',
    json(500, { code: '500', id: '2a871f452832f624', error: 'Rao matching query does not exist.' }),
  ],
  ['a server that is away', { status: 502 }],
  ['the wrong status', json(412, { code: '412', id: 'b49fee578381243a', error: 'Invalid request status' })],
])('%s is no reason to ask in another way', async (_name, answer) => {
  listed = answer;
  await failure();
  expect(server.arrived).toHaveLength(1);
});

test('if all ways fail, the first error is reported', async () => {
  listed = NO_JSON;
  generated = { status: 404, body: '<h1>Not Found</h1>' };
  const error = await failure();
  expect(server.arrived).toHaveLength(2);
  expect(error.words).toContain('Unsupported media type');
});

async function fromText(document: string): Promise<Buffer> {
  generated = json(200, { document });
  return contract({ contractFrom: ['generate'] });
}

describe('a PDF as text', () => {
  test('whose first comment was spoilt, as in the vendor’s own example, keeps its length', async () => {
    const bytes = await fromText('%PDF-1.4\n%\uFFFD\uFFFD\uFFFD\uFFFD ReportLab\n%%EOF\n');
    expect(bytes.toString()).toBe('%PDF-1.4\n%???? ReportLab\n%%EOF\n');
  });

  test('that lost bytes elsewhere is not taken', async () => {
    generated = json(200, { document: '%PDF-1.4\nstream \uFFFD\uFFFD endstream' });
    expect((await failure({ contractFrom: ['generate'] })).words).toContain('no PDF of the contract');
  });

  test('may be written as UTF-8 where a setting says so', async () => {
    generated = json(200, { document: '%PDF-1.4\né€' });
    expect((await contract({ contractFrom: ['generate'], generatedContract: 'utf8' })).toString()).toBe('%PDF-1.4\né€');
  });
});

test('a contract of 5 MB comes through whole', async () => {
  const large = Buffer.alloc(5_000_000, '0123456789');
  PDF.copy(large);
  listed = json(200, [{ document: large.toString('base64'), type: 'contract' }]);
  expect((await contract()).equals(large)).toBe(true);
});

test('one that does not end is not read for ever', async () => {
  listed = json(200, [{ document: 'A'.repeat(40_000_000), type: 'contract' }]);
  expect((await failure({ contractFrom: ['json'] })).kind).toBe('temporary');
});
