import type { RegistrationAuthorityAssumptions } from '../../src/uanataca/registration-authority/assumptions.js';
import { ProviderError } from '../../src/uanataca/errors.js';
import { type Answered, json } from './answering-server.js';
import { type AuthorityServer, authorityOf, authorityServer } from './authority-server.js';
import { ENROLMENT_VERBS, type EnrolmentVerb } from './enrolments.js';

let server: AuthorityServer;
let answer: Answered | undefined;

beforeAll(async () => {
  server = await authorityServer(() => answer);
});
afterAll(() => server.close());

async function outcomeOf(
  verb: EnrolmentVerb,
  given: Answered,
  assumptions: Partial<RegistrationAuthorityAssumptions> = {},
): Promise<string> {
  answer = given;
  const authority = authorityOf(server, { assumptions });
  try {
    const value: unknown = await ENROLMENT_VERBS[verb](authority);
    return typeof value === 'string' ? `value ${value}` : 'value';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return `${error.kind} ${error.code}`;
  } finally {
    await authority.close();
  }
}

const JSON_ERROR = "JSON parse error - Expecting ',' delimiter: line 3 column 2 (char 30)";
const FORBIDDEN = 'You do not have permission to perform this action.';

/** The refusals of §2.3 and §8 with their documented status. */
const DOCUMENTED: readonly [EnrolmentVerb, number, string, string][] = [
  ['firstUnused', 400, JSON_ERROR, 'refused PROVIDER_REFUSED'],
  ['firstUnused', 500, 'RegistrationAuthority matching query does not exist.', 'refused PROVIDER_NOT_FOUND'],
  ['isUsed', 500, 'ScratchCard matching query does not exist.', 'refused PROVIDER_NOT_FOUND'],
  ['create', 400, JSON_ERROR, 'refused PROVIDER_REFUSED'],
  ['create', 500, 'Invalid ScratchCard', 'refused SCRATCHCARD_USED'],
  ['create', 500, FORBIDDEN, 'refused CREDENTIALS_REFUSED'],
  ['create', 500, "{'email': [u'Enter a valid email address.']}", 'refused PROVIDER_REFUSED'],
  ['create', 500, "invalid literal for int() with base 10: ''", 'refused PROVIDER_REFUSED'],
  ['request', 404, 'No Request matches the given query.', 'refused PROVIDER_NOT_FOUND'],
  ['missing', 412, 'Invalid request status', 'refused REQUEST_STATUS_REFUSED'],
  ['declaration', 404, 'No Request matches the given query.', 'refused PROVIDER_NOT_FOUND'],
  ['declaration', 500, 'Rao matching query does not exist.', 'refused CREDENTIALS_REFUSED'],
  ['contract', 412, 'Invalid paramiters', 'refused PROVIDER_REFUSED'],
  ['contract', 412, 'Invalid parameters', 'refused PROVIDER_REFUSED'],
  ['contract', 500, 'Rao matching query does not exist.', 'refused CREDENTIALS_REFUSED'],
  ['approve', 400, 'Missing required docs', 'refused DOCUMENTS_MISSING'],
  ['approve', 412, 'Invalid request fields: mobile_phone_number', 'refused FIELDS_MISSING'],
  ['approve', 412, 'Invalid request status', 'refused REQUEST_STATUS_REFUSED'],
  ['approve', 500, 'Rao matching query does not exist.', 'refused CREDENTIALS_REFUSED'],
  ['approve', 500, 'User matching query does not exist.', 'refused PROVIDER_NOT_FOUND'],
  ['approve', 403, 'Permission Denied', 'refused CREDENTIALS_REFUSED'],
  ['refuse', 412, 'Invalid request status', 'refused REQUEST_STATUS_REFUSED'],
  ['refuse', 500, 'Invalid ScratchCard', 'refused PROVIDER_REFUSED'],
  ['cancel', 404, 'No Request matches the given query.', 'value gone'],
  ['cancel', 412, 'Invalid request status', 'refused REQUEST_STATUS_REFUSED'],
  ['preauthLink', 403, FORBIDDEN, 'refused CREDENTIALS_REFUSED'],
];

/** §2.3: the same thing in six forms, with the code in three of them. */
const SHAPES: readonly [string, (status: number, words: string) => unknown][] = [
  ['code, id, error', (_status, error) => ({ code: '500', id: '80a9e5709417bdc9', error })],
  ['a number as code', (_status, error) => ({ code: 415, id: '80a9e5709417bdc9', error })],
  ['a malformed code', (_status, error) => ({ code: '418,', id: '80a9e5709417bdc9', error })],
  ['detail', (_status, detail) => ({ detail })],
  ['error alone', (_status, error) => ({ error })],
  ['moved and details', (_status, details) => ({ moved: 0, details })],
  ['title and description', (_status, description) => ({ title: 'Upload Video Error', description })],
  ['status', (_status, status) => ({ status })],
];

describe.each(SHAPES)('documented refusals as %s', (name, shape) => {
  // Alone as an error, gateways say this too.
  const documented = DOCUMENTED.filter(([, , words]) => name !== 'error alone' || words !== 'Permission Denied');

  test.each(documented)('%s answered with %i %j', async (verb, status, words, expected) => {
    expect(await outcomeOf(verb, json(status, shape(status, words)))).toBe(expected);
  });
});

test.each([
  [404, { message: 'Not Found' }],
  [404, { error: 'not found' }],
  [403, { message: 'Forbidden' }],
  [401, { error: 'Unauthorized' }],
])('%i %j of a gateway says nothing about the request', async (status, body) => {
  for (const verb of ['request', 'cancel', 'firstUnused'] as const)
    expect(await outcomeOf(verb, json(status, body))).toBe('temporary ANSWER_NOT_FROM_PROVIDER');
  expect(await outcomeOf('create', json(status, body))).toBe('unknown CREATE_IN_DOUBT');
});

test('the web framework behind the API says that a login is missing', async () => {
  const words = json(401, { detail: 'Authentication credentials were not provided.' });
  expect(await outcomeOf('request', words)).toBe('refused CREDENTIALS_REFUSED');
});

test('a 404 with an error id and no words is still the provider’s own', async () => {
  const body = { code: '400', id: '2e7ec3d691bca3c7', error: '' };
  expect(await outcomeOf('approve', json(404, body))).toBe('refused PROVIDER_NOT_FOUND');
  const authority = authorityOf(server);
  await expect(ENROLMENT_VERBS.approve(authority)).rejects.toMatchObject({
    words: 'HTTP 404 (error id 2e7ec3d691bca3c7)',
  });
  await authority.close();
});

const READS = [
  'firstUnused',
  'isUsed',
  'requests',
  'request',
  'missing',
  'declaration',
  'contract',
  'preauthLink',
] as const;
const DOUBTFUL = ['create', 'approve', 'refuse'] as const;
const IN_DOUBT = {
  create: 'unknown CREATE_IN_DOUBT',
  approve: 'unknown PROVIDER_ANSWER_UNKNOWN',
  refuse: 'unknown PROVIDER_ANSWER_UNKNOWN',
};

describe('answers that are not in the documents', () => {
  test.each([500, 502, 503, 504])('%i: reads go on, the others are in doubt', async (status) => {
    const given = { status, body: '<html><head><title>Trouble</title></head></html>' };
    const code = status === 502 || status === 504 ? 'PROVIDER_UNREACHABLE' : 'PROVIDER_BUSY';
    for (const verb of [...READS, 'cancel'] as const) expect(await outcomeOf(verb, given)).toBe(`temporary ${code}`);
    for (const verb of DOUBTFUL) expect(await outcomeOf(verb, given)).toBe(IN_DOUBT[verb]);
  });

  test.each([...READS, ...DOUBTFUL, 'cancel' as const])('429 on %s is temporary', async (verb) => {
    expect(await outcomeOf(verb, { status: 429 })).toBe('temporary PROVIDER_BUSY');
  });

  test.each(DOUBTFUL)('503 on %s may be repeated where the setting says so', async (verb) => {
    expect(await outcomeOf(verb, { status: 503 }, { status503IsUnknownOnWrites: false })).toBe(
      'temporary PROVIDER_BUSY',
    );
  });

  test.each([400, 409, 412])('%i with other words is refused', async (status) => {
    for (const verb of [...READS, ...DOUBTFUL]) {
      expect(await outcomeOf(verb, json(status, { detail: 'Words nobody wrote down' }))).toBe(
        'refused PROVIDER_REFUSED',
      );
    }
  });

  test('being sent to an address with a slash means that the address is wrong', async () => {
    expect(await outcomeOf('request', { status: 301, headers: { location: '/api/v1/requests/25139' } })).toBe(
      'refused PROVIDER_REFUSED',
    );
  });

  test.each<[Answered, Partial<RegistrationAuthorityAssumptions>, string]>([
    [json(404, { detail: 'Not found.' }), {}, 'PROVIDER_NOT_FOUND'],
    [json(404, { detail: 'Not found.' }), { bareNotFound: 'wrong-address' }, 'PROVIDER_REFUSED'],
    [{ status: 404, body: '<h1>Not Found</h1>' }, { bareNotFound: 'not-there' }, 'PROVIDER_NOT_FOUND'],
  ])('a bare 404 %j with %j', async (given, assumptions, code) => {
    expect(await outcomeOf('request', given, assumptions)).toBe(`refused ${code}`);
  });

  test('a bare 404 page is nothing of the provider', async () => {
    const page = { status: 404, body: '<h1>Not Found</h1>' };
    expect(await outcomeOf('request', page)).toBe('temporary ANSWER_NOT_FROM_PROVIDER');
  });

  test('texts that a setting names', async () => {
    const words = json(500, { error: 'list index out of range' });
    expect(await outcomeOf('firstUnused', words)).toBe('temporary PROVIDER_BUSY');
    expect(await outcomeOf('firstUnused', words, { noScratchcardTexts: ['list index'] })).toBe(
      'refused NO_SCRATCHCARD_LEFT',
    );
    expect(await outcomeOf('create', words, { scratchcardUsedTexts: ['list index'] })).toBe('refused SCRATCHCARD_USED');
  });
});

describe('an answer that never comes', () => {
  let silent: AuthorityServer;
  beforeAll(async () => {
    silent = await authorityServer(() => undefined);
  });
  afterAll(() => silent.close());

  test('leaves create, approve and refuse in doubt, and nothing else', async () => {
    const timeouts = { connect: 10_000, answer: 100, body: 100 };
    const authority = authorityOf(silent, { timeouts });
    const kindOf = async (verb: EnrolmentVerb): Promise<string> =>
      ENROLMENT_VERBS[verb](authority).then(
        () => 'value',
        (error: unknown) => (error instanceof ProviderError ? `${error.kind} ${error.code}` : String(error)),
      );
    // All at once, because the HTTP client counts time-outs in whole seconds.
    await Promise.all([
      ...DOUBTFUL.map(async (verb) => expect(await kindOf(verb)).toBe(IN_DOUBT[verb])),
      ...(['firstUnused', 'request', 'cancel'] as const).map(async (verb) =>
        expect(await kindOf(verb)).toBe('temporary PROVIDER_UNREACHABLE'),
      ),
    ]);
    await authority.close();
  });
});
