import type { Assumptions } from '../../src/uanataca/one-shot/assumptions.js';
import { ProviderError } from '../../src/uanataca/errors.js';
import { type Answered, type AnsweringServer, answeringServer, clientOf, json } from './answering-server.js';
import { VERBS, type VerbName, errorOf } from './people.js';

let server: AnsweringServer;
let answer: Answered;

beforeAll(async () => {
  server = await answeringServer(() => answer);
});
afterAll(() => server.close());

async function outcomeOf(verb: VerbName, given: Answered, assumptions: Partial<Assumptions> = {}): Promise<string> {
  answer = given;
  const client = clientOf(server.address, { assumptions });
  try {
    const value: unknown = await VERBS[verb](client);
    return typeof value === 'string' ? `value ${value}` : 'value';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return `${error.kind} ${error.code}`;
  } finally {
    await client.close();
  }
}

/** §4's refusals with their documented status: the verb, the words, and the result. */
const DOCUMENTED: readonly [VerbName, number, unknown, string][] = [
  ['create', 400, 'Videoid not enabled for Registration Authority 1234', 'refused PROVIDER_REFUSED'],
  ['create', 400, 'Missing required parameters', 'refused PROVIDER_REFUSED'],
  [
    'create',
    403,
    'Error creating new videoid request: {"detail":"You do not have permission to perform this action."}',
    'refused CREDENTIALS_REFUSED',
  ],
  ['create', 404, 'Registration Authority not found', 'refused PROVIDER_NOT_FOUND'],
  [
    'create',
    500,
    'Cannot check the remaining credit for the billing user. Please check the credentials.',
    'refused CREDENTIALS_REFUSED',
  ],
  [
    'create',
    500,
    'Billing credentials not valid. Please check if they are base64 encoded',
    'refused CREDENTIALS_REFUSED',
  ],
  ['create', 500, { email: ['This field is required'] }, 'refused PROVIDER_REFUSED'],
  ['create', 500, { email: ['Enter a valid email address'] }, 'refused PROVIDER_REFUSED'],
  ['create', 500, ['This field may not be blank'], 'refused PROVIDER_REFUSED'],
  [
    'create',
    500,
    'Configuration error: Please check the certificates path for the environment selected',
    'refused PROVIDER_REFUSED',
  ],
  ['create', 400, 'Please use the mobile phone number with an international prefix', 'refused PROVIDER_REFUSED'],
  ['create', 400, 'Environment xxxxx does not exist', 'refused PROVIDER_REFUSED'],
  [
    'create',
    403,
    'You do not have permission to perform this action. Check your authentication certificates',
    'refused CREDENTIALS_REFUSED',
  ],
  ['approve', 400, "Missing required parameters: incomplete RAO's credentials", 'refused CREDENTIALS_REFUSED'],
  ['approve', 403, 'Invalid RAO credentials', 'refused CREDENTIALS_REFUSED'],
  ['approve', 404, "Error getting RAO's id. Make sure the credentials are correct.", 'refused CREDENTIALS_REFUSED'],
  ['approve', 404, 'Token 14185cd9-c6ec-30f4-9f59-a844a77bc234 not found', 'refused CREDENTIALS_REFUSED'],
  ['approve', 412, 'Invalid request status', 'refused REQUEST_STATUS_REFUSED'],
  ['approve', 500, 'Rao matching query does not exist.', 'refused CREDENTIALS_REFUSED'],
  ['refuse', 400, 'No reason specified', 'refused PROVIDER_REFUSED'],
  ['refuse', 400, 'Could not parse JSON body - Expecting value: line 1', 'refused PROVIDER_REFUSED'],
  ['refuse', 403, 'Invalid RAO credentials', 'refused CREDENTIALS_REFUSED'],
  ['delete', 404, 'Document not found with uid xxxx and type xxxx', 'value gone'],
  ['delete', 404, 'Request 45836 not found', 'value gone'],
  ['contract', 404, 'Request 45836 not found', 'refused PROVIDER_NOT_FOUND'],
  ['otp', 404, 'Request 45836 not found. Cannot send OTP secret', 'refused PROVIDER_NOT_FOUND'],
  [
    'otp',
    412,
    'Error occured during OTP generation: Otp generated less than a minute ago',
    'value sent-less-than-a-minute-ago',
  ],
  ['otp', 412, 'Error occured during OTP generation: Invalid request status', 'refused REQUEST_STATUS_REFUSED'],
  ['otp', 412, 'Request already in ISSUED status', 'refused REQUEST_STATUS_REFUSED'],
  ['sign', 400, "Missing required parameter: 'secret'", 'refused PROVIDER_REFUSED'],
  ['sign', 403, 'Confirmation Code invalid', 'value not-accepted'],
  ['sign', 403, 'Invalid countersignature credentials', 'refused CREDENTIALS_REFUSED'],
  ['sign', 404, 'Request 45836 not found. Cannot sign documents', 'refused PROVIDER_NOT_FOUND'],
  ['sign', 404, "The following documents are not found in Request's folders: abc, def", 'refused PROVIDER_NOT_FOUND'],
  ['sign', 404, { abc: 'The image def cannot be found on disk' }, 'refused PROVIDER_NOT_FOUND'],
  ['sign', 412, 'Request already in ISSUED status', 'value already-issued'],
  ['request', 400, 'Request not found. Make sure the upload directory is correct.', 'refused PROVIDER_NOT_FOUND'],
];

const ENVELOPES: readonly [string, (status: number, words: unknown) => unknown][] = [
  ['V1 details', (status, words) => ({ status: `${status} Some Reason`, details: words })],
  ['V2 detail', (_status, words) => ({ status: 'error', detail: words })],
  ['FastAPI detail alone', (_status, words) => ({ detail: words })],
  ['V2 message', (_status, words) => ({ status: 'error', message: words })],
  ['V2 messsage', (_status, words) => ({ status: 'error', messsage: words })],
  ['RA error', (status, words) => ({ code: String(status), id: '80a9e5709417bdc9', error: words })],
];

describe.each(ENVELOPES)('documented refusals in the envelope of %s', (_name, envelope) => {
  test.each(DOCUMENTED)('%s answered with %i %j', async (verb, status, words, expected) => {
    expect(await outcomeOf(verb, json(status, envelope(status, words)))).toBe(expected);
  });

  test('a refusal that arrives with HTTP 200 is still a refusal', async () => {
    const body = { ...(envelope(403, 'Invalid RAO credentials') as object), status: 'error' };
    expect(await outcomeOf('approve', json(200, body))).toBe('refused CREDENTIALS_REFUSED');
  });
});

test('a 404 that comes as HTTP 400 counts as 404', async () => {
  const body = { status: '404 Not Found', details: 'There is nothing of that kind' };
  expect(await outcomeOf('request', json(400, body))).toBe('refused PROVIDER_NOT_FOUND');
});

test("FastAPI's list of missing fields is a refusal that names the fields and not what was sent", async () => {
  const detail = [
    { type: 'missing', loc: ['body', 'email'], msg: 'Field required', input: { pin: '90817263', name: 'Ana' } },
  ];
  answer = json(422, { detail });
  const client = clientOf(server.address);
  const error = await errorOf(VERBS.approve(client));
  await client.close();
  expect(error).toMatchObject({
    kind: 'refused',
    code: 'PROVIDER_REFUSED',
    words: 'HTTP 422: body.email: Field required',
  });
});

async function errorFor(given: Answered) {
  answer = given;
  const client = clientOf(`${server.address}/oneshot/api/v1`);
  const error = await errorOf(VERBS.approve(client));
  await client.close();
  return error;
}

describe('answers that are not in the documents', () => {
  const READS = ['request', 'contract'] as const;
  const REPEATABLE = ['delete'] as const;
  const DOUBTFUL = ['create', 'approve', 'refuse', 'otp', 'sign'] as const;
  const IN_DOUBT = {
    create: 'unknown CREATE_IN_DOUBT',
    approve: 'unknown PROVIDER_ANSWER_UNKNOWN',
    refuse: 'unknown PROVIDER_ANSWER_UNKNOWN',
    otp: 'unknown PROVIDER_ANSWER_UNKNOWN',
    sign: 'unknown SIGN_IN_DOUBT',
  };

  test.each([500, 501, 502, 503, 504, 507, 520])(
    '%i: reads and repeatable calls go on, the others are in doubt',
    async (status) => {
      const given = { status, body: '<html><head><title>Trouble</title></head></html>' };
      for (const verb of [...READS, ...REPEATABLE]) {
        const code = status === 502 || status === 504 ? 'PROVIDER_UNREACHABLE' : 'PROVIDER_BUSY';
        expect(await outcomeOf(verb, given)).toBe(`temporary ${code}`);
      }
      for (const verb of DOUBTFUL) expect(await outcomeOf(verb, given)).toBe(IN_DOUBT[verb]);
    },
  );

  test.each(DOUBTFUL)('503 on %s may be repeated where the setting says so', async (verb) => {
    const sure = { status503IsUnknownOnWrites: false };
    expect(await outcomeOf(verb, { status: 503 }, sure)).toBe('temporary PROVIDER_BUSY');
    expect(await outcomeOf(verb, { status: 502 }, sure)).toBe(IN_DOUBT[verb]);
  });

  test.each([...READS, ...REPEATABLE, ...DOUBTFUL])('429 on %s is temporary', async (verb) => {
    expect(await outcomeOf(verb, { status: 429 })).toBe('temporary PROVIDER_BUSY');
  });

  test.each([400, 409, 412, 413, 415, 418, 422])('%i with other words is refused', async (status) => {
    for (const verb of [...READS, ...REPEATABLE, ...DOUBTFUL]) {
      expect(await outcomeOf(verb, json(status, { detail: 'Words nobody wrote down' }))).toBe(
        'refused PROVIDER_REFUSED',
      );
    }
  });

  const OWN_FORMS: unknown[] = [
    { status: '403 Forbidden', details: 'Words nobody wrote down' },
    { status: 'error', detail: 'Words nobody wrote down' },
    { code: '403', id: '80a9e5709417bdc9', error: 'Forbidden' },
    { moved: 0, details: 'Words nobody wrote down' },
  ];

  test.each(OWN_FORMS)('%j, which only the provider is known to write, is its refusal', async (body) => {
    for (const verb of [...READS, ...REPEATABLE, ...DOUBTFUL]) {
      expect(await outcomeOf(verb, json(403, body))).toBe('refused PROVIDER_REFUSED');
    }
    expect(await outcomeOf('approve', json(401, body))).toBe('refused CREDENTIALS_REFUSED');
  });

  test('408 is a lost answer', async () => {
    expect(await outcomeOf('request', { status: 408 })).toBe('temporary PROVIDER_UNREACHABLE');
    expect(await outcomeOf('sign', { status: 408 })).toBe('unknown SIGN_IN_DOUBT');
  });

  test.each([301, 302, 307, 308])('%i to the same path is not followed, and refused', async (status) => {
    const given = { status, headers: { location: `https://127.0.0.1/oneshot/api/v1/request/45836/` } };
    expect(await outcomeOf('request', given)).toBe('refused PROVIDER_REFUSED');
  });

  test.each([
    ['', 'temporary ANSWER_NOT_FROM_PROVIDER'],
    ['<html><title>404 Not Found</title></html>', 'temporary ANSWER_NOT_FROM_PROVIDER'],
    ['{"detail":"Not Found"}', 'refused PROVIDER_REFUSED'],
  ])(
    'a bare 404 (%j) means a wrong address or something in between, and is never taken for "deleted"',
    async (body, expected) => {
      for (const verb of ['request', 'delete'] as const) {
        expect(await outcomeOf(verb, { status: 404, body })).toBe(expected);
      }
      expect(await outcomeOf('request', { status: 404, body }, { bareNotFound: 'not-there' })).toBe(
        'refused PROVIDER_NOT_FOUND',
      );
      expect(await outcomeOf('delete', { status: 404, body }, { bareNotFound: 'not-there' })).toBe('value gone');
    },
  );

  test('413 is refused in any form: the file is too large for the server, or for a proxy', async () => {
    const page = { status: 413, body: '<html><title>413 Request Entity Too Large</title></html>' };
    expect(await outcomeOf('create', page)).toBe('refused PROVIDER_REFUSED');
  });

  describe('something between us and the provider answered', () => {
    const LOGIN = '<!doctype html><html><title>Please log in</title></html>';
    const FOREIGN: [string, Answered][] = [
      ['a login page', { body: LOGIN }],
      ['nothing', { body: '' }],
      ['plain text', { status: 403, body: 'RBAC: access denied' }],
      ['JSON of somebody else', json(200, { login: 'required', next: '/' })],
      ['the health of somebody else', json(200, { status: 'UP' })],
      ['a word in JSON', json(200, 'hello')],
      ['a 401 page', { status: 401, headers: { 'www-authenticate': 'Basic' }, body: LOGIN }],
      ['an empty 401', { status: 401 }],
      ['a 403 page', { status: 403, body: '<html><title>Document not found</title></html>' }],
      ['a 403 in JSON of somebody else', json(403, { blocked: true, policy: 7 })],
      ['a 400 page', { status: 400, body: '<h1>Bad Request (400)</h1>' }],
      ['403 of an API gateway', json(403, { message: 'Forbidden' })],
      ['a gateway that wants a key', json(403, { message: 'Missing Authentication Token' })],
      ['a gateway without a route', json(404, { message: 'no Route matched with those values' })],
      ['404 of a load balancer', json(404, { error: 'Not Found' })],
      ['404 of a framework', json(404, { timestamp: 1, status: 404, error: 'Not Found', path: '/request/1' })],
      ['401 of an API gateway', json(401, { message: 'Unauthorized' })],
      ['401 of a login service', json(401, { error: 'invalid_token', error_description: 'The token expired' })],
      ['401 with a known word of the provider', json(401, { error: 'Permission denied' })],
      ['an error in an object', json(403, { error: { code: 403, message: 'Blocked', status: 'PERMISSION_DENIED' } })],
      ['a list of errors', json(403, { success: false, errors: [{ code: 1020 }], messages: [], result: null })],
      ['problem details', json(403, { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'by policy 7' })],
      ['415 of a gateway', json(415, { message: 'Unsupported Media Type' })],
      ['400 of a gateway', json(400, { message: 'Bad Request' })],
      ['plain text with known words', { status: 403, body: 'Permission Denied' }],
      ['the health of somebody else, in short', json(200, { status: 'ok' })],
      ['a redirect to a login', { status: 302, headers: { location: 'https://login.example.com/?next=ana' } }],
      ['a redirect to a path for logins', { status: 303, headers: { location: '/login' } }],
      ['a redirect to nowhere', { status: 302 }],
      // Most likely nothing was passed on. But a code has left, and it must not leave twice.
      ['a 407 page', { status: 407, body: LOGIN }],
      ['a 407 in JSON', json(407, { detail: 'Proxy Authentication Required' })],
      ['a 511', { status: 511, body: LOGIN }],
    ];

    test.each(FOREIGN)('%s: reads and repeatable calls go on, the others are in doubt', async (_name, given) => {
      for (const verb of [...READS, ...REPEATABLE]) {
        expect(await outcomeOf(verb, given)).toBe('temporary ANSWER_NOT_FROM_PROVIDER');
      }
      for (const verb of DOUBTFUL) expect(await outcomeOf(verb, given)).toBe(IN_DOUBT[verb]);
    });

    const EITHER: [string, Answered][] = [
      ['a word in a form that no document shows', json(403, { message: 'Blocked by policy 7' })],
      ['an error alone', json(401, { error: 'Please log in' })],
      ['404', json(404, { error: 'no such host in the routing table' })],
      ['400', json(400, { message: 'The request was rejected by rule 8812' })],
      ['401 with words of the provider, which has no logins here', json(401, { detail: 'Token abc not found' })],
      ['half of a JSON answer', { status: 403, body: '{"detail":"Invalid RAO cred' }],
    ];

    test.each(EITHER)(
      '%s may be from either: nothing is repeated blindly, nothing is a refusal',
      async (_name, given) => {
        for (const verb of [...READS, ...REPEATABLE]) {
          expect(await outcomeOf(verb, given)).toBe('temporary PROVIDER_ANSWER_UNKNOWN');
        }
        for (const verb of DOUBTFUL) expect(await outcomeOf(verb, given)).toBe(IN_DOUBT[verb]);
        const error = await errorFor(given);
        expect(error.mayBeRefusal).toBe(true);
        expect(error.told).toContain(
          `either the Optimizer at 127.0.0.1:${server.port} refused this, or something between us and it did. If the words are the provider’s, do what they say. If not, check the proxies`,
        );
      },
    );

    test('403 in the form of a web framework: the same, but a code is over, because a read follows', async () => {
      const given = json(403, { detail: 'Words nobody wrote down' });
      for (const verb of [...READS, ...REPEATABLE])
        expect(await outcomeOf(verb, given)).toBe('temporary PROVIDER_ANSWER_UNKNOWN');
      for (const verb of ['create', 'approve', 'refuse', 'otp'] as const)
        expect(await outcomeOf(verb, given)).toBe(IN_DOUBT[verb]);
      expect(await outcomeOf('sign', given)).toBe('refused PROVIDER_REFUSED');
      expect((await errorOf(VERBS.sign(clientOf(server.address)))).words).toMatch(/either .* or something between us/);
    });

    test('a setting says that nothing in between answers in JSON', async () => {
      const sure = { unknownRefusals: 'provider' } as const;
      expect(await outcomeOf('approve', json(403, { message: 'Blocked by policy 7' }), sure)).toBe(
        'refused PROVIDER_REFUSED',
      );
      expect(await outcomeOf('request', json(401, { error: 'Please log in' }), sure)).toBe(
        'refused CREDENTIALS_REFUSED',
      );
    });

    test('429, 502 and 503 in JSON of a gateway name no cause that nobody knows', async () => {
      expect(await outcomeOf('request', json(429, { message: 'API rate limit exceeded' }))).toBe(
        'temporary PROVIDER_BUSY',
      );
      expect((await errorFor(json(502, { message: 'Bad Gateway' }))).words).toBe(
        `HTTP 502: Bad Gateway; a server or proxy in front of the Optimizer at 127.0.0.1:${server.port} got no answer from it`,
      );
    });

    test('307 and 308 ask for the same call elsewhere, so nothing was done', async () => {
      const given = { status: 307, headers: { location: 'https://elsewhere.example/' } };
      expect(await outcomeOf('create', given)).toBe('temporary ANSWER_NOT_FROM_PROVIDER');
    });

    test('the error says where, and what to do, and not whom a redirect names', async () => {
      answer = { status: 302, headers: { location: 'https://login.example.com/?next=ana' } };
      const client = clientOf(server.address);
      const error = await errorOf(VERBS.request(client));
      await client.close();
      expect(error.told).toBe(
        `HTTP 302; something between us and the Optimizer at 127.0.0.1:${server.port} answered with a redirect to login.example.com. Check the address, and the proxies and the network between here and there. When the provider itself answers, it goes on.`,
      );
    });

    test('a call in doubt is not said to go on by itself', async () => {
      answer = { status: 403, body: LOGIN };
      const client = clientOf(server.address);
      const error = await errorOf(VERBS.approve(client));
      await client.close();
      expect(error.told).toMatch(/something between us .* network between here and there\.$/);
    });

    test('a setting says that the provider’s server answers so too', async () => {
      const sure = { answersAreJson: false };
      expect(await outcomeOf('approve', { status: 403, body: LOGIN }, sure)).toBe('refused PROVIDER_REFUSED');
      expect(await outcomeOf('approve', { status: 401 }, sure)).toBe('refused CREDENTIALS_REFUSED');
      expect(await outcomeOf('approve', { body: '' }, sure)).toBe('value');
      expect(await outcomeOf('request', { body: LOGIN }, sure)).toBe('temporary PROVIDER_ANSWER_UNKNOWN');
      expect(await outcomeOf('contract', { body: LOGIN }, sure)).toBe('refused PROVIDER_FILE_NOT_A_PDF');
    });
  });

  test('a create that says success without ids is in doubt, and says which', async () => {
    answer = json(200, { status: 'success', messsage: 'VideoID created with pk 16673', detail: { videoid_pk: 16673 } });
    const client = clientOf(server.address);
    const error = await errorOf(VERBS.create(client));
    await client.close();
    expect(error).toMatchObject({ kind: 'unknown', code: 'CREATE_IN_DOUBT' });
    expect(error.words).toBe('HTTP 200: created, but the answer lacks request_pk, videoid_link');
  });

  test('success in words that say failure, and that nobody knows, is in doubt', async () => {
    const failed = json(200, { status: 'error', message: 'Words nobody wrote down' });
    expect(await outcomeOf('sign', failed)).toBe('unknown SIGN_IN_DOUBT');
    expect(await outcomeOf('request', failed)).toBe('temporary PROVIDER_ANSWER_UNKNOWN');
  });
});

describe('settings turn the meaning of words', () => {
  test.each([
    ['sign', 403, 'Wrong code', { codeNotAcceptedTexts: ['wrong CODE'] }, 'value not-accepted'],
    ['sign', 409, 'Done before (x+1)', { alreadyIssuedTexts: ['before (x+1)'] }, 'value already-issued'],
    ['sign', 401, 'Wrong code', { codeNotAcceptedTexts: ['wrong CODE'] }, 'value not-accepted'],
    ['otp', 429, 'Too soon', { coolDownTexts: ['Too soon'] }, 'value sent-less-than-a-minute-ago'],
    [
      'otp',
      409,
      'Refused',
      { coolDownTexts: ['Refused'], alreadyIssuedTexts: ['Refused'] },
      'value sent-less-than-a-minute-ago',
    ],
    ['otp', 429, 'Too many calls', { coolDownTexts: ['Too soon'] }, 'temporary PROVIDER_BUSY'],
    ['otp', 502, 'Too soon', { coolDownTexts: ['Too soon'] }, 'unknown PROVIDER_ANSWER_UNKNOWN'],
    ['otp', 400, 'Too soon', { coolDownTexts: ['Too soon'] }, 'value sent-less-than-a-minute-ago'],
    ['approve', 409, 'Not in review', { wrongStatusTexts: ['not in review'] }, 'refused REQUEST_STATUS_REFUSED'],
    ['delete', 404, 'Document not found', { deleteOneAnswersGoneWith404: false }, 'refused PROVIDER_NOT_FOUND'],
  ] as const)('%s %i %j with %j', async (verb, status, words, assumptions, expected) => {
    const given = json(status, { detail: words });
    expect(await outcomeOf(verb, given, { ...assumptions } as Partial<Assumptions>)).toBe(expected);
  });

  test('a code refused in unknown words is not called wrong', async () => {
    const given = json(403, { detail: 'Confirmation Code invalid' });
    expect(await outcomeOf('sign', given, { codeNotAcceptedTexts: [] })).toBe('refused PROVIDER_REFUSED');
  });
});

describe('what an error carries', () => {
  test('the pause the provider asks for, in milliseconds', async () => {
    expect((await errorFor({ status: 429, headers: { 'retry-after': '7' } })).retryAfter).toBe(7000);
    expect(
      (await errorFor({ status: 503, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } })).retryAfter,
    ).toBe(0);
    expect((await errorFor({ status: 429, headers: { 'retry-after': 'soon' } })).retryAfter).toBeUndefined();
  });

  test('status, the Optimizer by its origin, the error id for the support, and no cause', async () => {
    const error = await errorFor(
      json(500, { code: 500, id: '80a9e5709417bdc9', error: 'Rao matching query does not exist.' }),
    );
    expect(error).toMatchObject({ status: 500, optimizer: server.address });
    expect(error.cause).toBeUndefined();
    expect(error.words).toBe('HTTP 500: Rao matching query does not exist. (error id 80a9e5709417bdc9)');
    expect(error.message).toBe(`CREDENTIALS_REFUSED: ${error.words}`);
  });
});
