import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { healthAt, isInReach, type ProcessHealth } from '../../src/cli/checks/process-health.js';
import { compared, type Found, type Here } from '../../src/cli/checks/processes.js';
import { quickly } from '../../src/cli/checks/provider.js';
import { enrolmentChecks } from '../../src/cli/checks/registration-authority.js';
import type { Config } from '../../src/config.js';
import type { ProcessRecord } from '../../src/messages/processes.js';

const record: ProcessRecord = {
  kind: 'worker',
  host: hostname(),
  address: '127.0.0.1:7280',
  version: '1.0.0+aaaaaaaa',
  settings: '/etc/videoid.json',
  startedAt: '2026-01-01T00:00:00.000Z',
  temporal: { address: 'temporal:7233', namespace: 'default', taskQueue: 'videoid' },
  keys: { encrypts: false, codec: [], seal: [], orders: [] },
};
const here: Here = { ...record, kind: 'gateway', archive: 'a1' };
const well: ProcessHealth = { ready: true, problems: [], archive: 'a1', version: record.version };
const found: Found = { kind: 'worker', host: record.host, address: record.address, record, health: well, asked: true };

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** @returns `host:port` of a server that answers so, or never */
async function answering(body: string | undefined): Promise<string> {
  const server = createServer((_, response) => {
    if (body !== undefined) response.writeHead(503).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a process that runs', () => {
  test('with the settings of here is well', () => {
    expect(compared(here, found)).toMatchObject({
      state: 'ok',
      words: expect.stringContaining('settings /etc/videoid.json'),
    });
  });

  test('with another archive is named, also without a record in this one', () => {
    const { record: _none, ...unrecorded } = found;
    expect(compared(here, { ...unrecorded, health: { ...well, archive: 'b2' } })).toMatchObject({
      state: 'fail',
      words: expect.stringContaining('its archive is b2, here it is a1'),
      remedy: expect.stringContaining(
        `the same settings of the archive (archive.*), here and for the worker on ${hostname()}`,
      ),
    });
  });

  test('with another task queue than its record says is compared by what it answers now', () => {
    const temporal = { ...record.temporal, taskQueue: 'mistyped' };
    expect(compared(here, { ...found, health: { ...well, temporal } })).toMatchObject({
      state: 'fail',
      words: expect.stringContaining('its temporal.taskQueue is mistyped, here it is videoid'),
    });
  });

  test('and cannot do its work says why, and with a wrong clock it is a risk', () => {
    const problems = [{ message: 'Temporal did not answer.', remedy: 'Start Temporal.' }];
    expect(compared(here, { ...found, health: { ...well, ready: false, problems } })).toMatchObject({
      state: 'fail',
      words: expect.stringContaining('Temporal did not answer.'),
      remedy: 'Start Temporal.',
    });
    expect(compared(here, { ...found, health: { ...well, clockAheadBy: 3_600_000 } })).toMatchObject({
      state: 'warn',
      words: expect.stringContaining("its clock is 1 h ahead of Temporal's"),
    });
  });

  test('by its record alone, and does not answer: that is said, and no error', () => {
    const { health: _none, ...silent } = found;
    expect(compared(here, silent)).toMatchObject({ state: 'ok', words: expect.stringContaining('does not answer') });
    expect(compared(here, { ...silent, asked: false }).words).not.toContain('does not answer');
  });

  test('and has its port, but is silent: it hangs, which is a risk', () => {
    const { health: _none, ...silent } = found;
    expect(compared(here, { ...silent, hangs: true })).toMatchObject({
      state: 'warn',
      words: expect.stringMatching(/it has its port and does not answer: it hangs/),
      remedy: expect.stringMatching(/^Restart it/),
    });
  });
});

test('a process is asked for its health, ready or not. What is not ours has none', async () => {
  expect(await healthAt(await answering(JSON.stringify({ ready: false, problems: [], state: 'STARTING' })))).toEqual({
    ready: false,
    problems: [],
  });
  expect(await healthAt(await answering('<html>login</html>'))).toBeUndefined();
  expect(await healthAt('127.0.0.1:1')).toBeUndefined();
  expect(await healthAt(await answering(undefined))).toBe('silent');
});

test('a loopback address of another machine is not asked: here it would be another process', () => {
  expect(isInReach({ host: 'other-machine', address: '127.0.0.1:7280' })).toBe(false);
  expect(isInReach({ host: 'other-machine', address: '10.0.0.7:7280' })).toBe(true);
  expect(isInReach({ host: hostname(), address: '127.0.0.1:7280' })).toBe(true);
});

test('doctor does not wait for a silent provider as long as a step does', () => {
  const timeouts = { connect: 10_000, answer: 60_000, body: 100 };
  const environments = { prod: { timeouts } } as unknown as Config['environments'];
  expect(quickly(environments)['prod']?.timeouts).toEqual({ connect: 2500, answer: 5000, body: 100 });
});

test('enrolments that got no scratchcard count more than the list of the provider', async () => {
  const enrolment = { fewScratchcards: 5, secrets: 'drop' };
  const authority = { environment: 'test', officers: {}, review: { mode: 'at-provider' }, enrolment };
  const config = { environments: {}, registrationAuthorities: { '139': authority }, keys: { seal: [] } };
  const checks = await enrolmentChecks(config as unknown as Config, ['139', '116', '139']);
  expect(checks.find(({ name }) => name === 'scratchcards of 139')).toMatchObject({
    state: 'fail',
    words: 'none is left, and 2 enrolment(s) wait for one',
  });
});
