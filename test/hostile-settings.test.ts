import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, constantFrom, integer, jsonValue, oneof, property, string, uint8Array } from 'fast-check';
import { listSettings, loadConfig } from '../src/config.js';
import { VideoIdError } from '../src/messages/failures.js';

/** The number of settings. `HOSTILE_SETTINGS` raises it. */
const RUNS = Number(process.env['HOSTILE_SETTINGS'] ?? 400);

const folder = mkdtempSync(join(tmpdir(), 'hostile-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A value for every place of the schema. */
const WHOLE = {
  temporal: { address: '127.0.0.1:7233', namespace: 'n', taskQueue: 'q', tls: { ca: 'env:CA', key: 'env:KEY' }, apiKey: 'env:API' },
  archive: { directory: '/archive', index: '/index', reserve: '1GB' },
  keys: {
    encryptPayloads: true,
    codec: [{ id: 'a', key: 'file:/codec' }],
    seal: [{ id: 'a', publicKey: 'file:/public', privateKey: 'file:/private' }],
  },
  environments: {
    live: {
      optimizer: 'https://optimizer.example.com',
      env: 'prod',
      ca: '/ca.pem',
      roots: ['/roots.pem'],
      timeouts: { connect: '5s', answer: 1000, body: '1m' },
      assumptions: {},
      registrationAuthorityApi: { address: 'https://api.example.com', certificate: 'env:CERT', key: 'env:KEY', assumptions: {} },
    },
  },
  registrationAuthorities: {
    139: {
      environment: 'live',
      profiles: ['PFnubeQAFCiudadano'],
      billing: { username: 'env:USER', password: 'env:PASSWORD' },
      review: { mode: 'automatic', officer: 'ada', permission: 'written' },
      officers: { ada: { rao: '1400', token: 'env:TOKEN' } },
      enrolment: { secrets: 'seal', fewScratchcards: 5, refuseVideo: 'false' },
      webhookTokens: ['env:HOOK'],
      policy: { deadlines: { video: '3d' }, steps: { sign: { budget: '10m' } }, mayPass: [] },
    },
  },
  policy: { deadlines: { video: '7d', remindBefore: ['1d'] }, watch: { gap: '5s', soon: ['2s'], jitter: 0.1 } },
  documents: { maximumBytes: '20MB', maximumCount: 5 },
  worker: { healthPort: 7280, shutdownGrace: '20s' },
  gateway: { port: 7281, apiTokens: ['env:API_TOKEN'], hints: { perMinute: 10 } },
  codecServer: { port: 7282, allowedOrigins: ['http://127.0.0.1:8233'] },
  log: { level: 'info' },
}; // prettier-ignore

const odd = oneof(
  jsonValue(),
  constantFrom<unknown>(
    '', ' ', 'x'.repeat(100_000), '\u0000', '\u202e', 'NaN', 'Infinity', '-1', '1e999', '0x10', '99999999999999999999d', '-5s',
    '5 s', 'env:', 'file:', 'env:__proto__', '__proto__', 'constructor', 'http://', 'http://[::1', '//', 'javascript:alert(1)',
    -1, 0, 1e308, -1e308, 1.5, 2 ** 53, true, false, null, [], {}, [[]], [null], { a: { b: {} } }, { __proto__: null }, 'true', 'false',
  ),
); // prettier-ignore

/** Replaces a value or a name somewhere in the settings. */
function changed(value: unknown, path: readonly number[], put: unknown, name: string | undefined): unknown {
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== 'object' || value === null) return put;
  const names = Object.keys(value);
  const at = names[first % Math.max(1, names.length)];
  if (at === undefined) return put;
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const key = rest.length === 0 && name !== undefined && !Array.isArray(value) ? name : at;
  if (typeof copy === 'object' && copy !== null) {
    Object.defineProperty(copy, key, {
      value: changed(Reflect.get(value, at), rest, put, name),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

/** Accepted, or refused with a code that names the setting. */
function verdictOn(environment: Record<string, string>): string {
  try {
    const { policy } = loadConfig(environment);
    const numbers = Object.values(policy.steps).flatMap((step) => Object.values(step));
    return numbers.every((each) => Number.isFinite(each)) ? 'taken' : 'taken with a number that is none';
  } catch (error) {
    if (!(error instanceof VideoIdError)) return `broken by ${String(error)}`;
    const { code, field = '', remedy = '' } = error;
    const named = field !== '' && remedy !== '' && /^(BAD|UNKNOWN)_SETTING$/.test(code);
    return named ? 'refused' : `refused with ${JSON.stringify(error)}`;
  }
}

function expectFit(environment: Record<string, string>): void {
  expect(['taken', 'refused']).toContain(verdictOn(environment));
}

function file(content: string | Uint8Array): Record<string, string> {
  const path = join(folder, 'settings.json');
  writeFileSync(path, content, { mode: 0o600 });
  return { VIDEOID_CONFIG: path };
}

test('the settings that are changed here are good ones', () => {
  expect(loadConfig(file(JSON.stringify(WHOLE))).registrationAuthorities['139']?.review.mode).toBe('automatic');
});

// oxlint-disable-next-line jest/expect-expect -- in expectFit
test('whatever stands in a settings file is taken, or refused by the name of the setting', () => {
  const path = array(integer({ min: 0, max: 30 }), { maxLength: 6 });
  const name = oneof(constantFrom(undefined, '__proto__', 'constructor', '', 'x'.repeat(1000)), string());
  assert(
    property(path, odd, name, (where, put, called) => {
      expectFit(file(JSON.stringify(changed(WHOLE, where, put, called)) ?? ''));
    }),
    { numRuns: RUNS, seed: 9 },
  );
});

// oxlint-disable-next-line jest/expect-expect -- in expectFit
test('whatever bytes a settings file has, it is refused by name', () => {
  assert(
    property(uint8Array({ maxLength: 100 }), (bytes) => expectFit(file(bytes))),
    { numRuns: 100, seed: 9 },
  );
  for (const text of ['', 'null', '[]', '"x"', '1', '\ufeff{}', '['.repeat(100_000), '{"a":'.repeat(50_000)])
    expectFit(file(text));
});

// oxlint-disable-next-line jest/expect-expect -- in expectFit
test('whatever stands in the variable of a setting is taken, or refused by name', () => {
  const variables = constantFrom(...listSettings().map(({ variable }) => variable), 'VIDEOID_NO_SUCH', 'VIDEOID_');
  const text = odd.map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')));
  assert(
    property(variables, text, (variable, value) => {
      expectFit({ VIDEOID_ARCHIVE_DIRECTORY: '/archive', [variable]: value });
    }),
    { numRuns: RUNS, seed: 9 },
  );
});
