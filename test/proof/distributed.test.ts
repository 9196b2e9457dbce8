import { hash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { foldersOf } from '../../local/combination.js';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Fault } from '../archive/files/s3-faults.js';
import { mounts } from '../installation/disk-space.js';
import { EnrolledPeople, WHOLE_ORGANISATION } from '../installation/enrolled-people.js';
import { FaultyServers } from '../installation/faulty-servers.js';
import { untilMissing, untilNamed } from '../installation/health.js';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { eventually, unlessAway } from '../installation/patience.js';
import { aSigner, aStart, People } from '../installation/people.js';

/** Longer than holding a call takes. A crash is noticed only by this time-out. Milliseconds. */
const NOTICED_AFTER = 10_000;
/** Only a callback leads to a read at the provider. */
const UNPOLLED = { watch: { slow: 3_600_000 } };
/** Trouble is shown soon. Milliseconds. */
const IMPATIENT = { steps: { upload: { budget: 4000 }, retrieve: { budget: 4000 } } };
/** So late is each piece on a bad line, in each direction. Milliseconds. */
const SLOW = { requests: 25, answers: 25 };

let servers: FaultyServers;
let at: Installation;
beforeAll(async () => {
  servers = await FaultyServers.start();
  at = await Installation.start({
    combination: 'distributed',
    archive: servers.place,
    settings: (settings) => {
      const { steps } = settings['policy'] as { steps: Record<string, object> };
      for (const [name, step] of Object.entries(steps))
        steps[name] = { ...step, startToClose: NOTICED_AFTER, budget: 60_000 };
      // The provider then calls the other gateway.
      const authorities = settings['registrationAuthorities'] as Record<string, { review: object }>;
      Object.assign(authorities[AUTHORITIES.automatic] ?? {}, { review: { mode: 'manual' } });
    },
    sandbox: { webhookRetries: Array.from({ length: 60 }, () => 500) },
  });
}, 120_000);
afterEach(() => servers.mend());
afterAll(async () => {
  await at.close();
  await servers.close();
});

/** What a requester's system does: it repeats its order until it is accepted. */
async function accepted(order: () => Promise<unknown>): Promise<void> {
  await eventually(async () => {
    try {
      await order();
      return true;
    } catch (error) {
      if (error instanceof VideoIdError && error.code === 'ARCHIVE_UNAVAILABLE') return false;
      throw error;
    }
  });
}

/** All processes of one kind, one after the other. The other one works meanwhile. */
async function killedInTurn(names: readonly string[], start: (name: string) => Promise<void>): Promise<void> {
  for (const name of names) {
    await at.kill(name);
    await start(name);
  }
}

async function signedOnce(people: People): Promise<void> {
  const { reference } = people;
  const outcome = await people.outcome();
  expect(outcome).toMatchObject({
    outcome: 'signed',
    cleanup: 'done',
    documents: [{ verification: { result: 'passed' } }],
    contract: { verification: { result: 'passed' } },
  });
  const { done, calls, documents } = await people.provider();
  expect(done).toMatchObject({ create: 1, approve: 1, otp: 1, sign: 1 });
  expect([calls['sign']?.received, documents]).toEqual([1, []]);
  const { stream } = await at.client.document(reference, 1, { signed: true });
  expect(hash('sha256', await buffer(stream))).toBe(outcome.documents[0]?.sha256);
  expect((await at.client.status(reference)).events.filter(({ what }) => what === 'resolved')).toEqual([]);
}

test('one of each process is killed at an awkward moment: nothing is lost, and nothing is done twice', async () => {
  const order = aStart({ policy: UNPOLLED });
  const signature = new People(at, order.reference);
  const enrolment = new EnrolledPeople(at, `e-${order.reference}`);
  const enrolmentOrder = {
    ...WHOLE_ORGANISATION,
    reference: enrolment.reference,
    registrationAuthority: AUTHORITIES.automatic,
    signer: aSigner(),
  };

  // The database, while both begin.
  const { postgres, s3 } = servers;
  await postgres.kill();
  const starts = [accepted(() => at.client.start(order)), accepted(() => EnrolledPeople.start(at, enrolmentOrder))];
  await postgres.start();
  await Promise.all(starts);

  // Each gateway, while a callback comes to it.
  await Promise.all([signature.until('video'), enrolment.until('video')]);
  const videos = [signature.finishVideo(), enrolment.finishVideo()];
  await killedInTurn(at.gateways, (name) => at.startGateway(name));
  await Promise.all(videos);
  await Promise.all([signature.until('review'), enrolment.until('validation')]);
  await enrolment.operator('validate');
  await enrolment.until('review');

  // Each worker, while the provider works for one of them; then S3, before it gets the contract.
  const uploading = await signature.fault({ name: 'hold-after', endpoint: 'upload', times: 1 });
  const showing = await signature.fault({ name: 'hold-before', endpoint: 'get-contract', times: 1 });
  const approving = await at.provider.addFault({
    name: 'hold-after',
    endpoint: 'ra-approve',
    request: Number(await enrolment.requestPk()),
    times: 1,
  });
  const approvals = [unlessAway(signature.approve()), unlessAway(enrolment.approve())];
  await Promise.all([signature.held(uploading), signature.held(approving)]);
  await killedInTurn(at.workers, (name) => at.startWorker(name));
  await Promise.all([at.provider.release(uploading), at.provider.release(approving)]);
  await signature.held(showing);
  await s3.kill();
  await at.provider.release(showing);
  await untilNamed(at, 'archive.files');
  await s3.start();
  await Promise.all(approvals);

  // The database, while the provider signs.
  await signature.throughToCode();
  const signing = await signature.fault({ name: 'hold-after', endpoint: 'sign', times: 1 });
  const signed = unlessAway(signature.sign());
  await signature.held(signing);
  await postgres.kill();
  await at.provider.release(signing);
  await untilNamed(at, 'archive.database');
  await postgres.start();
  await signed;

  await signedOnce(signature);
  expect(await enrolment.outcome()).toMatchObject({ outcome: 'enrolled' });
  expect((await enrolment.provider()).done).toMatchObject({ 'ra-create': 1, 'ra-upload-evidence': 1, 'ra-approve': 1 });
}, 180_000);

const canMount = mounts();
if (!canMount) process.stderr.write('Nothing can be mounted here: the disk of PostgreSQL is not filled.\n');
const testIf = (possible: boolean): typeof test => (possible ? test : test.skip);

test('slow and cut off servers are named, hold a request up, and change nothing else', async () => {
  const { network } = servers;
  const people = await People.start(at, { policy: IMPATIENT });

  for (const line of Object.values(network)) line.delay(SLOW);
  await people.throughTo('review');
  for (const line of Object.values(network)) line.delay({});

  await network.postgres.refuse();
  await expect(at.client.why(people.reference)).rejects.toMatchObject({
    code: 'ARCHIVE_UNAVAILABLE',
    field: 'archive.database',
  });
  await untilNamed(at, 'archive.database');
  await network.postgres.accept();
  await untilMissing(at, {});

  await network.s3.refuse();
  await unlessAway(people.approve());
  await people.attention('ARCHIVE_UNAVAILABLE');
  expect(await at.client.why(people.reference)).toMatchObject({
    code: 'ARCHIVE_UNAVAILABLE',
    words: expect.stringContaining('The files of the archive in s3://') as string,
  });
  await untilNamed(at, 'archive.files');
  network.s3.pause();
  await network.s3.accept(); // now it hangs
  await untilNamed(at, 'archive.files');
  network.s3.resume();
  await people.until('acceptance');
  await untilMissing(at, {});

  await people.throughToCode();
  await unlessAway(people.sign());
  await signedOnce(people);
}, 180_000);

/** S3 takes no more. */
function full(request: string): Fault | undefined {
  return request.startsWith('PUT ') ? { status: 507 } : undefined;
}

test('while S3 is full, no code is sent, and what was signed stays at the provider', async () => {
  const { answers } = servers;
  const people = await People.start(at, { policy: IMPATIENT });
  await people.throughTo('acceptance');
  const acceptance = await people.acceptance();

  answers.fault = full;
  await expect(at.client.requestCode(people.reference, acceptance)).rejects.toMatchObject({
    code: 'ARCHIVE_FULL',
    field: 'archive.files',
  });
  expect((await people.provider()).calls['otp']).toBeUndefined();
  answers.fault = () => undefined;
  await people.throughToCode();

  answers.fault = full;
  await unlessAway(people.sign());
  await people.attention('ARCHIVE_FULL');
  expect(await at.client.why(people.reference)).toMatchObject({
    code: 'ARCHIVE_FULL',
    words: expect.stringMatching(/^signed, copy not yet stored\. .* s3:\/\//) as string,
  });
  answers.fault = () => ({ status: 503, code: 'SlowDown' });
  await people.attention('ARCHIVE_UNAVAILABLE');
  expect((await people.provider()).documents).toHaveLength(1);

  answers.fault = () => undefined;
  await signedOnce(people);
}, 180_000);

testIf(canMount)(
  'while the disk of the database is full, nothing is started, and what runs goes on after it',
  async () => {
    const people = await People.start(at);
    await people.throughTo('code');
    servers.fillDisk();
    const refused = await eventually(async () =>
      at.client.start(aStart()).then(
        () => false, // there was still room in a page
        (error: unknown) => error,
      ),
    );
    expect(refused).toMatchObject({ code: 'ARCHIVE_FULL', field: 'archive.database' });
    // The order is refused before anything happens, or it finds room in a page.
    const refusal: unknown = await unlessAway(people.sign()).then(
      () => undefined,
      (error: unknown) => error,
    );
    servers.emptyDisk();
    if (refusal !== undefined) {
      expect(refusal).toMatchObject({ code: 'ARCHIVE_FULL', field: 'archive.database' });
      await unlessAway(people.sign());
    }
    await signedOnce(people);
  },
  180_000,
);

test('no process has used a folder that another could see', () => {
  for (const name of [...at.workers, ...at.gateways]) {
    const { archive, temporary } = foldersOf(at.state, name);
    const left = readdirSync(temporary, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect({ name, archive: readdirSync(archive), left }).toEqual({ name, archive: [], left: [] });
  }
});
