/**
 * Program: `node dist/bench/streams.js`, after `npm run build`. What followers of the event streams cost a gateway, and how soon they are
 * told. It needs no Temporal. `--database` takes the address of an empty PostgreSQL database. Linux only.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { anyPorts } from '../local/ports.js';
import { startProgram } from '../local/program.js';
import { openState } from '../local/state.js';
import type { Archive } from '../src/archive/archive.js';
import { openArchive } from '../src/archive/open-archive.js';
import { loadConfig } from '../src/config.js';
import { TOLD_STAND, toldRecord } from './told-requests.js';
import { cpuOf } from './processes.js';

const { values } = parseArgs({
  options: {
    followers: { type: 'string', default: '1000' },
    requests: { type: 'string', default: '100' },
    perSecond: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    database: { type: 'string' },
  },
});
const [followers, requests, perSecond, seconds] = [
  Number(values.followers),
  Number(values.requests),
  Number(values.perSecond),
  Number(values.seconds),
];

const state = await openState(mkdtempSync(join(tmpdir(), 'videoid-streams-')));
const { gateway: port } = await anyPorts();
const token = randomBytes(24).toString('base64url');
const tokenFile = state.secretFile('api-token', () => token);
const registrationAuthorities = { 12: { environment: 'test', profiles: ['profile'] } };
const settings = {
  temporal: { address: '127.0.0.1:1' },
  archive: { directory: state.archiveDirectory, reserve: 0, ...(values.database && { database: values.database }) },
  keys: { encryptPayloads: false },
  environments: { test: { optimizer: 'http://127.0.0.1:1', env: 'sandbox' } },
  registrationAuthorities,
  gateway: { port, apiTokens: [`file:${tokenFile}`] },
};
writeFileSync(state.configFile, JSON.stringify(settings));
const config = loadConfig({ VIDEOID_CONFIG: state.configFile });
const archive = await openArchive(config.archive, { create: true });
const records = Array.from({ length: requests }, (_, at) => toldRecord(config, `followed-${at}`));
for (const record of records) await (await archive.begin()).commit(record);
const gateway = await startProgram({ name: 'gateway', script: 'src/gateway.js', args: [] }, { state, within: 60_000 });
const delays: number[] = [];
const sockets: Socket[] = [];
try {
  for (let at = 0; at < followers; at += 1) sockets.push(await follow(`followed-${at % requests}`));
  await pause(3000);
  delays.length = 0;
  const idleFrom = cpuOf(gateway.pid);
  await pause(5000);
  const idle = (cpuOf(gateway.pid) - idleFrom) / 5000;
  const before = cpuOf(gateway.pid);
  const began = performance.now();
  await tellAll(archive);
  await pause(500);
  const busy = (cpuOf(gateway.pid) - before) / (performance.now() - began);
  delays.sort((one, other) => one - other);
  const at = (part: number): number => Math.round(delays[Math.floor(delays.length * part)] ?? NaN);
  const told = seconds * perSecond * (followers / requests);
  const answer = {
    followers,
    requests,
    perSecond,
    told: delays.length,
    expected: Math.round(told),
    idleCore: idle,
    busyCore: busy,
    p50: at(0.5),
    p95: at(0.95),
    longest: Math.round(delays.at(-1) ?? NaN),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
} finally {
  for (const socket of sockets) socket.destroy();
  await gateway.stop();
  await archive.close();
  rmSync(state.directory, { recursive: true, force: true });
}

/** Writes events, one after the other, each for another request. Each says when it was written. */
async function tellAll(into: Archive): Promise<void> {
  const began = performance.now();
  for (let number = 0; number < seconds * perSecond; number += 1) {
    await pause(Math.max(began + (number * 1000) / perSecond - performance.now(), 0));
    const record = records[number % requests];
    if (record === undefined) return;
    const told = Math.floor(number / requests);
    const event = {
      number: told + 1,
      at: new Date().toISOString(),
      what: 'provider-status',
      facts: { sent: Date.now() },
    };
    const stand = { ...TOLD_STAND, words: `the status after event ${told + 1}` };
    await into.writeJournal(record, {
      run: record.reference,
      started: record.createdAt,
      revision: told + 1,
      after: told,
      events: [event],
      stand,
    });
  }
}

/** Opens a stream, and resolves with its first event. */
async function follow(reference: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /v1/requests/${reference}/events HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('data', (data) => {
    resolve();
    const now = Date.now();
    for (const [, sent] of data.toString().matchAll(/"sent":(\d+)/g)) delays.push(now - Number(sent));
  });
  await promise;
  return socket;
}
