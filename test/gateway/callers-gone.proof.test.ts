import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PDFDocument } from '@cantoo/pdf-lib';
import { Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { dataConverter } from '../../src/temporal/data-converter.js';
import { ensureSearchAttributes } from '../../src/temporal/namespace.js';
import { type GatewayPlace, openGatewayPlace } from './gateway-place.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const taskQueue = `callers-${randomUUID()}`;
const temporal = { address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233', taskQueue };

/** What a gateway has at work, for itself and for others. */
interface Work {
  /** Calls to Temporal since it started. */
  made: number;
  /** Calls to Temporal that have no answer yet. */
  open: number;
  timers: number;
  files: number;
}

/** Of one caller to Temporal, however long it waits. A caller that polls each second makes many more in a minute. */
const MOST_CALLS = 6;

let native: NativeConnection;
let worker: Worker;
let running: Promise<void>;
let place: GatewayPlace;
let gateway: ChildProcess;
let address: string;
let reference: string;

beforeAll(async () => {
  const connection = await Connection.connect({ address: temporal.address });
  await ensureSearchAttributes(connection, 'default');
  await connection.close();
  native = await NativeConnection.connect({ address: temporal.address });
  worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: require.resolve('./stand-in.ts'),
    dataConverter: dataConverter(undefined),
  });
  running = worker.run();
  place = await openGatewayPlace({ temporal });
  gateway = fork(join(__dirname, 'counted-gateway.mjs'), [JSON.stringify(place.config)], {
    execArgv: ['--expose-gc'],
  });
  const [{ port }] = (await once(gateway, 'message')) as [{ port: number }];
  address = `http://127.0.0.1:${port}`;
  reference = await started();
});
afterAll(async () => {
  gateway.kill('SIGKILL');
  await place.close();
  worker.shutdown();
  await running;
  await native.close();
});

test('each caller that stays is answered, and 100 that hang up leave nothing behind', async () => {
  expect((await call('outcome')).status).toBe(409);
  const before = await work();
  const gone: AbortController[] = [];
  const stayed: Promise<number>[] = [];
  for (let caller = 0; caller < 100; caller += 1) {
    if (caller % 2 === 0) stayed.push(call(`outcome?wait=${1 + (caller % 3)}`).then(({ status }) => status));
    const hangUp = new AbortController();
    gone.push(hangUp);
    const path = ['outcome?wait=60', 'events', 'link', 'outcome?wait=60', 'documents/1'][caller % 5] ?? '';
    call(path, hangUp.signal).catch(() => undefined);
  }
  await until(async () => (await work()).made > before.made);
  for (const caller of gone) caller.abort();
  expect(new Set(await Promise.all(stayed))).toEqual(new Set([409]));
  await until(async () => {
    const { open, timers, files } = await work();
    return open === 0 && timers <= before.timers && files <= before.files;
  });
  // With no timer and no open call, nothing could make another one.
  const { made } = await work();
  expect(made - before.made).toBeLessThan(MOST_CALLS * (gone.length + stayed.length));
  for (let turn = 0; turn < 5; turn += 1) expect((await fetch(`${address}/health/live`)).status).toBe(200);
  expect((await work()).made).toBe(made);
});

async function work(): Promise<Work> {
  gateway.send('work');
  const [answer] = (await once(gateway, 'message')) as [Work];
  return answer;
}

async function call(path: string, signal: AbortSignal | null = null): Promise<Response> {
  const headers = { authorization: `Bearer ${place.apiToken}` };
  return await fetch(`${address}/v1/requests/${reference}/${path}`, { headers, signal });
}

async function started(): Promise<string> {
  const document = await PDFDocument.create();
  document.setSubject(randomBytes(300_000).toString('hex'));
  document.addPage();
  const form = new FormData();
  const signer = { email: 'signer@example.com', phone: '+34600000000' };
  form.append('request', JSON.stringify({ reference: taskQueue, registrationAuthority: '139', signer }));
  form.append('document', new Blob([Buffer.from(await document.save())]), 'agreement.pdf');
  const headers = { authorization: `Bearer ${place.apiToken}` };
  const answer = await fetch(`${address}/v1/requests`, { method: 'POST', headers, body: form });
  expect(answer.status).toBe(201);
  return taskQueue;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}
