import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listSettings, loadConfig } from '../src/config.js';
import { overridePolicy } from '../src/config/policy.js';
import { VideoIdError } from '../src/messages/failures.js';
import { PASSABLE_REASONS } from '../src/messages/verification-reasons.js';
import { REASONS } from '../src/signatures/reasons.js';

const folder = mkdtempSync(join(tmpdir(), 'videoid-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENOUGH = {
  archive: { directory: '/archive' },
  environments: { live: { optimizer: 'https://optimizer.example.com', env: 'prod' } },
};
const AUTHORITY = { environment: 'live', profiles: ['PFnubeQAFCiudadano'] };

function load(settings: object, variables: Record<string, string> = {}) {
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  return loadConfig({ VIDEOID_CONFIG: file, ...variables });
}

function refusal(settings: object, variables: Record<string, string> = {}): VideoIdError {
  try {
    load(settings, variables);
  } catch (error) {
    if (error instanceof VideoIdError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

test('a file and variables together are the settings; the variable wins', () => {
  const config = load(
    { ...ENOUGH, temporal: { namespace: 'one', taskQueue: 'queue' } },
    { VIDEOID_TEMPORAL_NAMESPACE: 'two', VIDEOID_GATEWAY_PORT: '9000', VIDEOID_KEYS_ENCRYPT_PAYLOADS: 'false' },
  );
  expect(config.temporal).toMatchObject({ namespace: 'two', taskQueue: 'queue' });
  expect(config.gateway.port).toBe(9000);
  expect(config.keys.encryptPayloads).toBe(false);
});

test('times and sizes are written as people write them', () => {
  const config = load(ENOUGH, { VIDEOID_POLICY_DEADLINES_VIDEO: '2d', VIDEOID_ARCHIVE_RESERVE: '5GB' });
  expect(config.policy.deadlines.video).toBe(172_800_000);
  expect(config.archive.reserve).toBe(5e9);
});

test('lists and records come as JSON in a variable', () => {
  const config = load(ENOUGH, { VIDEOID_REGISTRATION_AUTHORITIES: JSON.stringify({ 121: AUTHORITY }) });
  expect(config.registrationAuthorities['121']?.review).toEqual({ mode: 'manual' });
  expect(refusal(ENOUGH, { VIDEOID_ENVIRONMENTS: '{broken' })).toMatchObject({
    code: 'BAD_SETTING',
    field: 'VIDEOID_ENVIRONMENTS',
  });
});

test('an empty variable is not set, as compose files leave it; its name has to be right all the same', () => {
  const variables = {
    VIDEOID_GATEWAY_PORT: '',
    VIDEOID_TEMPORAL_ADDRESS: '',
    VIDEOID_POLICY_WATCH_JITTER: '',
    VIDEOID_GATEWAY_API_TOKENS: '',
  };
  const settings = { ...ENOUGH, temporal: { address: 'temporal.internal:7233' } };
  expect(load(settings, variables)).toEqual(load(settings));
  expect(refusal(ENOUGH, { VIDEOID_GATEWAY_PROT: '' }).code).toBe('UNKNOWN_SETTING');
  expect(refusal({}, { VIDEOID_ARCHIVE_DIRECTORY: '' })).toMatchObject({ field: 'archive' });
  expect(loadConfig({ VIDEOID_CONFIG: '', VIDEOID_ARCHIVE_DIRECTORY: '/archive' }).archive.directory).toBe('/archive');
});

test.each(['temporal:7233', 'temporal_1.internal:65535', '10.0.0.1:1', '[::1]:7233', '[2001:db8::10]:7233'])(
  'Temporal may be at %s',
  (address) => {
    expect(load({ ...ENOUGH, temporal: { address } }).temporal.address).toBe(address);
  },
);

test.each([
  '',
  'http://127.0.0.1:7233',
  'temporal',
  'temporal:',
  'temporal:0',
  'temporal:65536',
  '::1:7233',
  '[::1]',
  '[temporal]:7233',
  'ada:word@temporal:7233',
  'temporal:7233/',
  ' temporal:7233',
])('Temporal cannot be at "%s", and the way out is named', (address) => {
  const error = refusal({ ...ENOUGH, temporal: { address } });
  expect(error).toMatchObject({ code: 'BAD_SETTING', field: 'temporal.address' });
  expect(error.message).toContain('temporal.internal:7233');
  expect(error.message).not.toContain('word');
});

test('an unknown setting is an error that names it, in the file and as a variable', () => {
  expect(refusal({ ...ENOUGH, gatway: {} })).toMatchObject({ code: 'UNKNOWN_SETTING' });
  expect(refusal({ ...ENOUGH, gatway: {} }).message).toContain('gatway');
  expect(refusal(ENOUGH, { VIDEOID_GATEWAY_PROT: '1' })).toMatchObject({
    code: 'UNKNOWN_SETTING',
    field: 'VIDEOID_GATEWAY_PROT',
  });
  expect(refusal(ENOUGH, { VIDEOID_GATEWAY_PROT: '1' }).remedy).toContain('VIDEOID_GATEWAY_');
});

test('a variable that the settings name as a secret is no unknown setting', () => {
  expect(
    load({ ...ENOUGH, gateway: { apiTokens: ['env:VIDEOID_API_TOKEN'] } }, { VIDEOID_API_TOKEN: 'x' }),
  ).toBeDefined();
});

test.each([
  ['archive.directory', { ...ENOUGH, archive: {} }],
  [
    'archive.index',
    { ...ENOUGH, archive: { directory: '/archive', index: 'postgresql://bridge:the password@host/db' } },
  ],
  ['temporal.apiKey', { ...ENOUGH, temporal: { apiKey: 'the key itself' } }],
  [
    'registrationAuthorities.121.environment',
    { ...ENOUGH, registrationAuthorities: { 121: { ...AUTHORITY, environment: 'moon' } } },
  ],
  [
    'registrationAuthorities.121.review.officer',
    {
      ...ENOUGH,
      registrationAuthorities: {
        121: { ...AUTHORITY, review: { mode: 'automatic', officer: 'nobody', permission: 'p' } },
      },
    },
  ],
])('%s is named when it is wrong, with a way out, and its value is not repeated', (field, settings) => {
  const error = refusal(settings);
  expect(error).toMatchObject({ code: 'BAD_SETTING', field });
  expect(error.remedy).toBeDefined();
  expect(JSON.stringify(error)).not.toMatch(/the key itself|the password/);
});

test.each<[string, string, unknown, string]>([
  ['UNKNOWN_SETTING', 'deadline', { deadline: { video: 1 } }, 'there is no such setting'],
  ['UNKNOWN_SETTING', 'steps.sing', { steps: { sing: {} } }, 'there is no such setting'],
  ['BAD_SETTING', 'deadlines.video', { deadlines: { video: 'soon' } }, ''],
  ['BAD_SETTING', 'mayPass.0', { mayPass: ['digest-mismatch'] }, 'must be one of '],
  ['BAD_SETTING', 'watch', { watch: 5 }, ''],
])('what a registration authority overrides is checked at load: %s %s', (code, name, policy, words) => {
  const error = refusal({ ...ENOUGH, registrationAuthorities: { 121: { ...AUTHORITY, policy } } });
  expect(error.code).toBe(code);
  expect(error.message).toContain(`registrationAuthorities.121.policy.${name}: ${words}`);
  expect(error.field).toBe(`registrationAuthorities.121.policy.${name}`);
});

test('what may pass are reasons for an indeterminate verification, by name', () => {
  const unchecked = ['verification-took-too-long', 'verification-out-of-memory', 'verification-broke-off'];
  expect(PASSABLE_REASONS.filter((name) => REASONS[name].result !== 'indeterminate')).toEqual([]);
  expect(PASSABLE_REASONS).not.toContain('integrity-not-checked');
  const mayPass = ['content-rewritten', 'timestamp-not-trusted'];
  expect(load({ ...ENOUGH, policy: { mayPass } }).policy.mayPass).toEqual(mayPass);
  for (const name of ['rewritten', 'digest-mismatch', 'integrity-not-checked', 'too-complex', ...unchecked]) {
    expect(refusal({ ...ENOUGH, policy: { mayPass: [name] } })).toMatchObject({
      code: 'BAD_SETTING',
      field: 'policy.mayPass.0',
      message: expect.stringContaining('content-rewritten') as string,
    });
  }
});

test.each([
  ['environments.live.optimizer', { optimizer: 'https://ada:the-word@optimizer.example.com' }],
  ['environments.live.optimizer', { optimizer: 'https://ada@optimizer.example.com' }],
  [
    'environments.live.registrationAuthorityApi.address',
    { registrationAuthorityApi: { address: 'https://:the-word@api.example.com', certificate: 'env:C', key: 'env:K' } },
  ],
])('%s holds no name and no password, and what it held is not repeated', (field, change) => {
  const live = { ...ENOUGH.environments.live, ...change };
  const error = refusal({ ...ENOUGH, environments: { live } });
  expect(error).toMatchObject({ code: 'BAD_SETTING', field });
  expect(JSON.stringify(error)).not.toContain('the-word');
});

test('an address of the Temporal UI holds no name and no password either', () => {
  const codecServer = { allowedOrigins: ['http://127.0.0.1:8233', 'https://ada:the-word@ui.example.com'] };
  const error = refusal({ ...ENOUGH, codecServer });
  expect(error).toMatchObject({ code: 'BAD_SETTING', field: 'codecServer.allowedOrigins.1' });
  expect(JSON.stringify(error)).not.toContain('the-word');
});

const servers: [string, (address: string) => object][] = [
  [
    'archive.files.s3.endpoint',
    (endpoint) => ({ archive: { directory: '/a', files: { s3: { bucket: 'b', endpoint } } } }),
  ],
  ['codecServer.allowedOrigins.0', (address) => ({ codecServer: { allowedOrigins: [address] } })],
  [
    'environments.live.proxy.address',
    (address) => ({ environments: { live: { ...ENOUGH.environments.live, proxy: { address } } } }),
  ],
];

test.each(servers)('%s is the address of a server alone', (field, settings) => {
  for (const path of ['/bucket', '/bucket/', '//', '/?prefix=x', '#x']) {
    const error = refusal({ ...ENOUGH, ...settings(`http://server:9000${path}`) });
    expect(error).toMatchObject({ code: 'BAD_SETTING', field });
    expect(error.message).toContain('the server alone, without a path');
  }
  for (const address of ['http://server:9000', 'http://server:9000/']) {
    const config = JSON.stringify(load({ ...ENOUGH, ...settings(address) }));
    expect(config).toContain('"http://server:9000"');
  }
});

test('a path in the address of an S3 server leads to the settings of bucket and prefix', () => {
  const s3 = { bucket: 'archive', endpoint: 'http://127.0.0.1:9000/archive' };
  const { message } = refusal({ ...ENOUGH, archive: { directory: '/archive', files: { s3 } } });
  expect(message).toContain('The bucket and the prefix have settings of their own');
});

test('a yes or no that is neither says so', () => {
  const s3 = { bucket: 'archive', pathStyle: 'yes' };
  const { message } = refusal({ ...ENOUGH, archive: { directory: '/archive', files: { s3 } } });
  expect(message).toContain('archive.files.s3.pathStyle: must be true or false');
});

test('automatic approval on production wants the name of the written permission', () => {
  const officers = { ana: { rao: '1', token: 'env:TOKEN' } };
  const review = { mode: 'automatic', officer: 'ana' };
  const registrationAuthorities = { 121: { ...AUTHORITY, officers, review } };
  expect(refusal({ ...ENOUGH, registrationAuthorities }).field).toBe('registrationAuthorities.121.review.permission');
});

test('enrolments on production want a choice of what becomes of the secrets', () => {
  const registrationAuthorities = { 121: { ...AUTHORITY, enrolment: {} } };
  const { message } = refusal({ ...ENOUGH, registrationAuthorities });
  expect(message).toContain('registrationAuthorities.121.enrolment.secrets');
  expect(message).toContain('registrationAuthorityApi');
});

test('every setting has a variable of its own', () => {
  const variables = listSettings().map(({ variable }) => variable);
  expect(new Set(variables).size).toBe(variables.length);
  expect(variables).toContain('VIDEOID_POLICY_STEPS_UPLOAD_START_TO_CLOSE');
});

test('a start overrides single values of the policy and leaves the others', () => {
  const base = load(ENOUGH).policy;
  const policy = overridePolicy(base, { deadlines: { video: '1h' } }, { steps: { sign: { budget: 5 } } });
  expect(policy.deadlines).toMatchObject({ video: 3_600_000, review: base.deadlines.review });
  expect(policy.steps.sign).toEqual({ ...base.steps.sign, budget: 5 });
});

/** The minimal settings, with a change at one place. */
function withSetting(name: string, value: unknown): object {
  const nested = name.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as object;
  const [group, part = ''] = name.split('.');
  return group === 'archive' ? { ...ENOUGH, archive: { ...ENOUGH.archive, [part]: value } } : { ...ENOUGH, ...nested };
}

const numbers = listSettings().filter(({ default: given }) => /^(\d|\[\d)/.test(given));

test.each(numbers.map(({ name }) => name))('%s has an upper and a lower bound', (name) => {
  const isList = numbers.some((each) => each.name === name && each.default.startsWith('['));
  for (const value of ['99999999d', Number.MAX_SAFE_INTEGER + 1, 1e300, -1, null, true, '', '9'.repeat(400)]) {
    const error = refusal(withSetting(name, isList ? [value] : value));
    expect({ value, code: error.code, field: error.field }).toEqual({
      value,
      code: 'BAD_SETTING',
      field: isList ? `${name}.0` : name,
    });
  }
});

test('a policy below the floor is refused, by whom it comes, and production has a floor that cannot be lowered', () => {
  expect(refusal({ ...ENOUGH, policy: { watch: { gap: 1, slow: 1 } } })).toMatchObject({
    code: 'BAD_SETTING',
    field: 'policy.watch.gap',
    message: expect.stringContaining('policy.watch.slow: must be at least 10s (floor.slow)') as string,
  });
  const policy = { watch: { soon: ['5s', 3] }, steps: { create: { backoff: 1 } } };
  expect(refusal({ ...ENOUGH, registrationAuthorities: { 121: { ...AUTHORITY, policy } } })).toMatchObject({
    code: 'BAD_SETTING',
    field: 'registrationAuthorities.121.policy.watch.soon.1',
    message: expect.stringContaining('policy.steps.create.backoff: must be at least') as string,
  });
  expect(refusal({ ...ENOUGH, floor: { gap: 1 } })).toMatchObject({
    code: 'BAD_SETTING',
    field: 'floor.gap',
    message: expect.stringContaining('where an environment is prod') as string,
  });
  const live = { ...ENOUGH.environments.live, env: 'sandbox' };
  const quick = { ...ENOUGH, environments: { live }, floor: { gap: 1 }, policy: { watch: { gap: 1 } } };
  expect(load(quick).policy.watch.gap).toBe(1);
});

const prod = (optimizer: string, more: object = {}) => ({
  ...ENOUGH,
  environments: { live: { optimizer, env: 'prod', ...more } },
});

describe('plain http to a real Optimizer', () => {
  test.each([
    'http://optimizer.example.com',
    'HTTP://10.0.0.7:8080',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://[2001:db8::1]',
  ])('%s is refused, naming the setting', (address) => {
    expect(refusal(prod(address))).toMatchObject({ code: 'BAD_SETTING', field: 'environments.live.optimizer' });
  });

  test.each(['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:1', 'https://optimizer.example.com'])(
    '%s is taken',
    (address) => {
      expect(load(prod(address)).environments['live']?.optimizer).toBe(address);
    },
  );

  test('is taken with a reason, and not with an empty one', () => {
    const address = 'http://optimizer.internal';
    const taken = load(prod(address, { plainHttpReason: 'WireGuard tunnel to the Optimizer' }));
    expect(taken.environments['live']?.plainHttpReason).toContain('WireGuard');
    expect(refusal(prod(address, { plainHttpReason: '  ' }))).toMatchObject({
      field: 'environments.live.plainHttpReason',
    });
  });

  test('is refused for the Registration Authority API too', () => {
    const registrationAuthorityApi = { address: 'http://api.example.com', certificate: 'env:A', key: 'env:B' };
    expect(refusal(prod('https://optimizer.example.com', { registrationAuthorityApi }))).toMatchObject({
      field: 'environments.live.registrationAuthorityApi.address',
    });
  });

  test('needs no reason for the sandbox', () => {
    const sandbox = { live: { optimizer: 'http://sandbox.internal', env: 'sandbox' } };
    expect(load({ ...ENOUGH, environments: sandbox }).environments['live']?.env).toBe('sandbox');
  });
});

test.each(['ftp://optimizer.example.com', 'javascript:alert(1)', 'optimizer.example.com'])(
  'the address %s is none of the web',
  (optimizer) => {
    const environments = { live: { optimizer, env: 'sandbox' } };
    expect(refusal({ ...ENOUGH, environments })).toMatchObject({ field: 'environments.live.optimizer' });
  },
);

test.each(['constructor', '__proto__', 'toString'])('the name %s, which every object has, names nothing', (name) => {
  expect(refusal({ ...ENOUGH, registrationAuthorities: { 139: { ...AUTHORITY, environment: name } } })).toMatchObject({
    field: 'registrationAuthorities.139.environment',
  });
  const review = { mode: 'automatic', officer: name, permission: 'written' };
  expect(refusal({ ...ENOUGH, registrationAuthorities: { 139: { ...AUTHORITY, review } } })).toMatchObject({
    field: 'registrationAuthorities.139.review.officer',
  });
});
