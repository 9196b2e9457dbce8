import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layAuthority } from '../keys.js';
import { exchange, probeFile, withFile } from './like-files.js';
import { ORDER, pdf, RAO, Receiver } from './support.js';

/** The compiled program. */
const PROGRAM = join(process.cwd(), 'dist', 'sandbox', 'main.js');
let state: string;
const running = new Set<ChildProcess>();

beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
  await layAuthority(state);
});
afterEach(async () => {
  await Promise.all([...running].map(async (child) => end(child, 'SIGKILL')));
  rmSync(state, { recursive: true, force: true });
});

type RaPlace = 'listening' | 'api' | 'ca' | 'certificate' | 'key';
interface Started {
  child: ChildProcess;
  api: string;
  control: string;
  log: () => string;
  ra?: Record<RaPlace, string>;
}

async function start(...flags: string[]): Promise<Started> {
  const child = spawn(process.execPath, [PROGRAM, '--port', '0', '--state', state, '--json', ...flags]);
  running.add(child);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    child.once('exit', () => reject(new Error(`the sandbox ended: ${log}`)));
  });
  const ready = JSON.parse(line) as { listening: string; api: string; roots: string; ra?: Record<RaPlace, string> };
  expect(readFileSync(ready.roots, 'utf8')).toContain('BEGIN CERTIFICATE');
  return {
    child,
    api: ready.api,
    control: `${ready.listening}/sandbox`,
    log: () => log,
    ...(ready.ra && { ra: ready.ra }),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const code = await ended;
  running.delete(child);
  return code;
}

async function post(url: string, body: unknown, method = 'POST'): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}

async function get(url: string): Promise<Record<string, unknown>> {
  return (await (await fetch(url)).json()) as Record<string, unknown>;
}

test('a killed sandbox carries on: requests, documents, codes, counters, faults and undelivered callbacks', async () => {
  const receiver = await Receiver.start();
  receiver.answers.push(503, 503, 503);
  const first = await start('--webhook', receiver.url);
  await post(`${first.control}/settings`, { behaviour: { webhookRetries: [3_600_000] } }, 'PUT');
  const { request_pk: pk, videoid_pk: videoidPk } = (await post(`${first.api}/videoid`, ORDER))['detail'] as Record<
    string,
    number
  >;
  await post(`${first.control}/requests/${pk}/video`, { result: 'finished' });
  await post(`${first.api}/videoid/${videoidPk}/approve`, RAO);
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(await pdf('kept'))]), 'kept.pdf');
  await fetch(`${first.api}/document/${pk}`, { method: 'POST', body: form });
  await post(`${first.api}/otp/${pk}`, {});
  await post(`${first.control}/faults`, [{ name: 'answer-429', endpoint: 'list-tokens' }], 'PUT');
  await receiver.atLeast(3);
  // More than one a second, so the numbers cannot come from the clock alone.
  const others = await Promise.all(Array.from({ length: 8 }, async () => post(`${first.api}/videoid`, ORDER)));
  const taken = others.map((other) => (other['detail'] as { request_pk: number }).request_pk);
  const refused = async (): Promise<number> => {
    const pending = (await get(`${first.control}/requests/${pk}`))['callbacks'] as { failedTries: number }[];
    return pending.filter((callback) => callback.failedTries === 1).length;
  };
  while ((await refused()) < 3) await new Promise((resolve) => setImmediate(resolve));
  const before = await get(`${first.control}/requests/${pk}`);
  await end(first.child, 'SIGKILL');

  // This is left when a process is killed while it writes.
  writeFileSync(join(state, 'requests', `${pk}.json.1.2.tmp`), '{"half');
  writeFileSync(join(state, 'calls.jsonl'), '{"half', { flag: 'a' });

  const second = await start('--webhook', receiver.url);
  const after = await get(`${second.control}/requests/${pk}`);
  const { link: _oldLink, ...same } = before;
  const { callbacks: _pending, ...kept } = same;
  expect(after).toMatchObject(kept);
  expect(after['callbacks']).toHaveLength(3);
  expect((await fetch(`${second.api}/tokens`)).status).toBe(429);

  const [message] = (await get(`${second.control}/phones/${pk}`))['messages'] as { code: string }[];
  expect(await post(`${second.api}/sign/${pk}`, { secret: message?.code })).toMatchObject({ status: 'success' });
  expect(await get(`${second.control}/requests/${pk}`)).toMatchObject({
    status: 'ISSUED',
    done: { create: 1, approve: 1, upload: 1, otp: 1, sign: 1 },
    calls: { sign: { received: 1, ended: { '200': 1 } }, approve: { received: 1, ended: { '200': 1 } } },
  });
  const next = (await post(`${second.api}/videoid`, ORDER))['detail'] as { request_pk: number };
  expect(next.request_pk).toBeGreaterThan(Math.max(...taken));
  const counted = await get(`${second.control}/calls`);
  await end(second.child, 'SIGKILL');
  const third = await start('--webhook', receiver.url);
  expect(await get(`${third.control}/calls`)).toEqual(counted);
  await receiver.close();
});

test('a stopped sandbox ends with 0, and a callback that waited is delivered after the next start', async () => {
  const receiver = await Receiver.start();
  receiver.answers.push(503);
  const first = await start('--webhook', receiver.url);
  await post(`${first.control}/settings`, { behaviour: { webhookRetries: [1] } }, 'PUT');
  await post(`${first.control}/faults`, [{ name: 'late', ms: 500 }], 'PUT');
  await post(`${first.api}/videoid`, ORDER);
  expect(await end(first.child, 'SIGTERM')).toBe(0);
  await start('--webhook', receiver.url);
  await receiver.atLeast(2);
  expect(receiver.statuses()).toEqual(['VIDEOPENDING', 'VIDEOPENDING']);
  await receiver.close();
});

test('the log names requests by number and holds nobody’s data and no secret', async () => {
  const { child, api, control, log } = await start();
  const { request_pk: pk, videoid_link: link } = (await post(`${api}/videoid`, ORDER))['detail'] as Record<
    string,
    string
  >;
  await post(`${control}/requests/${pk}/video`, { result: 'finished' });
  await post(`${control}/requests/${pk}/console`, { do: 'approve' });
  await post(`${api}/otp/${pk}`, {});
  const [message] = (await get(`${control}/phones/${pk}`))['messages'] as { code: string }[];
  await end(child, 'SIGTERM');
  expect(log()).toContain(`request=${pk}`);
  for (const secret of [
    ORDER.email,
    ORDER.mobile_phone_number,
    ORDER.billing_password,
    message?.code,
    (link ?? '').slice(-40),
  ]) {
    expect(log()).not.toContain(secret);
  }
});

test('with a port for it, the line names the Registration Authority API and the files of its API user', async () => {
  rmSync(join(state, 'authority'), { recursive: true }); // it was made at the first start
  const { ra, child } = await start('--ra-port', '0');
  expect(ra?.listening).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(ra?.api).toBe(`${ra?.listening}/api/v1`);
  for (const file of [ra?.ca, ra?.certificate]) {
    expect(readFileSync(file ?? '', 'utf8')).toContain('BEGIN CERTIFICATE');
  }
  expect(readFileSync(ra?.key ?? '', 'utf8')).toContain('BEGIN PRIVATE KEY');
  await end(child, 'SIGTERM');
  expect((await start()).ra).toBeUndefined();
});

test('a wrong setting in the file is named and nothing is started', async () => {
  const path = join(state, 'settings-file.json');
  writeFileSync(path, JSON.stringify({ behaviour: { codeLenght: 8 } }));
  await expect(start('--settings', path)).rejects.toThrow('codeLenght');
});

test('fifty requests at once, callbacks in any order and doubled: each is created, signed and announced once', async () => {
  const receiver = await Receiver.start();
  const { api, control } = await start('--webhook', receiver.url);
  await post(`${control}/settings`, { behaviour: { algorithm: 'ecdsa' } }, 'PUT');
  const bent = [
    { name: 'duplicate', status: 'ISSUED' },
    { name: 'late', ms: 50, jitter: 1 },
  ];
  await post(`${control}/faults`, bent, 'PUT');
  const file = new Uint8Array(await pdf('one of many'));
  const one = async (index: number): Promise<Record<string, unknown>> => {
    const order = { ...ORDER, mobile_phone_number: `+346001${String(index).padStart(5, '0')}` };
    const { request_pk: pk, videoid_pk: videoidPk } = (await post(`${api}/videoid`, order))['detail'] as Record<
      string,
      number
    >;
    await post(`${control}/requests/${pk}/video`, { result: 'finished' });
    await post(`${api}/videoid/${videoidPk}/approve`, RAO);
    const form = new FormData();
    form.set('file', new Blob([file]), 'a.pdf');
    await fetch(`${api}/document/${pk}`, { method: 'POST', body: form });
    await post(`${api}/otp/${pk}`, {});
    const [message] = (await get(`${control}/phones/${pk}`))['messages'] as { code: string }[];
    await post(`${api}/sign/${pk}`, { secret: message?.code });
    return get(`${control}/requests/${pk}`);
  };
  const all = await Promise.all(Array.from({ length: 50 }, async (_each, index) => one(index)));
  expect(new Set(all.map((request) => request['pk'])).size).toBe(50);
  for (const request of all) {
    expect(request).toMatchObject({ status: 'ISSUED', done: { create: 1, approve: 1, upload: 1, otp: 1, sign: 1 } });
  }
  await receiver.atLeast(50 * 5);
  expect(receiver.statuses().filter((status) => status === 'ISSUED')).toHaveLength(2 * 50);
  await receiver.close();
}, 180_000);

describe('like a provider that a probe has seen', () => {
  test('it says what callers will not find, and starts', async () => {
    const file = probeFile({ exchanges: [exchange('create/create', 200, { status: 'success', number: 1 })] });
    const { log } = await withFile(file, async (path) => start('--like', path));
    const words = 'The answer to create has no request_pk, videoid_pk, videoid_link';
    while (!log().includes(words)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log()).toContain(words);
  });

  test('it does not start with a file that is none, and says so', async () => {
    const started = withFile({ format: 'other' }, async (path) => start('--like', path));
    await expect(started).rejects.toThrow('The sandbox cannot start: ');
    await expect(started).rejects.toThrow('is no file of `videoid probe`: format: ');
  });
});
