/**
 * Program: `npm run bench`. A whole signature (automatic review, simulated provider) against a bare workflow of the same
 * shape, one after the other on the same server. Ratios can be compared between machines, other numbers cannot. Linux only.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { AUTHORITIES } from '../local/local-config.js';
import { aSigner, SAMPLES } from '../local/people/requester.js';
import { acceptanceOf, Signer } from '../local/people/signer.js';
import { openScreen } from '../local/screen.js';
import { openState } from '../local/state.js';
import { startTemporalServer } from '../local/temporal-server.js';
import type { SandboxClient } from '../sandbox/client/sandbox-client.js';
import { VideoIdClient } from '../src/client.js';
import type { RequestStatus } from '../src/messages/status.js';
import { cpuOf, startBare, startOurs } from './processes.js';

interface Measured {
  perSecond: number;
  /** The CPU time for one, by process, in milliseconds. */
  cpu: Record<string, number>;
}

const AGREEMENT = join(SAMPLES, 'agreement.pdf');
/** How long a person waits for an answer, in milliseconds. */
const PATIENCE = 600_000;
const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } },
});
const requests = Number(values.requests);
const screen = openScreen(values.json ? process.stderr : process.stdout);
const state = await openState(mkdtempSync(join(tmpdir(), 'videoid-bench-')));
// A separate server, because work of others on a shared one would be measured too.
const temporal = await startTemporalServer({
  screen,
  logFile: state.logFile('temporal'),
  databaseFile: state.databaseFile,
  environment: { ...process.env, TEMPORAL_ADDRESS: undefined },
});
try {
  const bare = await screen.step(`${requests} bare workflows`, measureBare);
  const ours = await screen.step(`${requests} signatures`, measureOurs);
  const cpuPerOne = ({ cpu }: Measured): number => Object.values(cpu).reduce((sum, each) => sum + each, 0);
  const ratios = {
    throughput: ours.perSecond / bare.perSecond,
    cpu: cpuPerOne(ours) / cpuPerOne(bare),
    workerCpu: (ours.cpu['worker'] ?? NaN) / (bare.cpu['worker'] ?? NaN),
    temporalCpu: (ours.cpu['temporal'] ?? NaN) / (bare.cpu['temporal'] ?? NaN),
  };
  if (values.json) process.stdout.write(`${JSON.stringify({ requests, bare, ours, ratios })}\n`);
  else {
    for (const [name, { perSecond, cpu }] of Object.entries({ bare, ours })) {
      const each = Object.entries(cpu).map(([process, used]) => `${process} ${used.toFixed(0)} ms`);
      screen.fact(name, `${perSecond.toFixed(1)} per second; CPU for one: ${each.join(', ')}`);
    }
    screen.fact(
      'ours / bare',
      Object.entries(ratios)
        .map(([name, ratio]) => `${name} ${ratio.toFixed(2)}`)
        .join(', '),
    );
  }
} finally {
  await temporal.close();
  rmSync(state.directory, { recursive: true, force: true });
}

async function measureBare(): Promise<Measured> {
  const taskQueue = 'bare';
  const worker = await startBare(state, temporal.address, taskQueue);
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const one = async (): Promise<void> => {
    const handle = await client.workflow.start('bare', { workflowId: `bare-${randomUUID()}`, taskQueue });
    await handle.signal('hint');
    await handle.executeUpdate('confirm');
    await handle.result();
  };
  try {
    return await measured({ worker: worker.pid }, one);
  } finally {
    await connection.close();
    await worker.stop();
  }
}

async function measureOurs(): Promise<Measured> {
  const ours = await startOurs(state, temporal.address);
  const client = await VideoIdClient.connect(ours.config);
  try {
    return await measured({ worker: ours.worker.pid, gateway: ours.gateway.pid }, () => sign(client, ours.provider));
  } finally {
    await client.close();
    await ours.stop();
  }
}

/** One signature with all its people. They ask the provider about its progress, so the worker does no extra work. */
async function sign(client: VideoIdClient, provider: SandboxClient): Promise<void> {
  const { reference } = await client.start({
    reference: randomUUID(),
    registrationAuthority: AUTHORITIES.automatic,
    signer: aSigner(),
    documents: [{ name: 'agreement.pdf', content: AGREEMENT }],
  });
  const status = (ready: (status: RequestStatus) => boolean): Promise<RequestStatus> =>
    eventually(() => client.status(reference), ready);
  const created = await status((shown) => shown.provider.requestPk !== undefined);
  const requestPk = created.provider.requestPk ?? '';
  const signer = new Signer({ client, provider }, { flow: 'signature', reference });
  await signer.video(requestPk);
  await eventually(
    () => provider.request(requestPk),
    ({ done }) => done['upload'] === 1,
  );
  const { toAccept } = await status((shown) => shown.toAccept !== undefined);
  await signer.askForCode(acceptanceOf(toAccept, 'bench'), { within: PATIENCE });
  await signer.sign((await signer.newestCode(requestPk)) ?? '', { within: PATIENCE });
  const { outcome } = await client.outcome(reference, { wait: true });
  if (outcome !== 'signed') throw new Error(`ended ${outcome}`);
}

async function eventually<T>(look: () => Promise<T>, ready: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (ready(seen)) return seen;
    await pause(200);
  }
}

/** Runs a few first, so that everything is loaded and compiled. Then runs all, `AT_ONCE` at a time. */
async function measured(pids: Record<string, number>, one: () => Promise<void>): Promise<Measured> {
  const AT_ONCE = 20;
  await allOf(Array.from({ length: 5 }, one));
  const processes = { ...pids, ...(temporal.pid === undefined ? {} : { temporal: temporal.pid }) };
  const used = () => Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cpuOf(pid)]));
  const before = used();
  const began = performance.now();
  let left = requests;
  await allOf(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1;
        await one();
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const cpu = Object.entries(used()).map(([name, total]) => [name, (total - (before[name] ?? 0)) / requests]);
  return { perSecond: requests / seconds, cpu: Object.fromEntries(cpu) as Record<string, number> };
}

/** Fails only when all have ended, because a connection must not be closed while it is in use. */
async function allOf(running: Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(running)) if (result.status === 'rejected') throw result.reason;
}
