import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RequestStatus } from '../../src/messages/status.js';
import { STATUS_QUERY } from '../../src/messages/steering.js';
import { untilMissing } from '../installation/health.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { mounts } from '../installation/disk-space.js';
import { Temporal } from '../installation/temporal.js';

/** A place for an archive that can disappear and return while everything runs. */
interface Place {
  archive: string;
  goes(): void;
  comesBack(): void;
  close(): void;
}

function renamed(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'videoid-away-'));
  const archive = join(folder, 'archive');
  return {
    archive,
    goes: () => renameSync(archive, `${archive}-away`),
    comesBack: () => renameSync(`${archive}-away`, archive),
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** A lost mount leaves an empty directory. */
function unmounted(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'videoid-mount-'));
  const disk = join(folder, 'disk');
  const archive = join(folder, 'archive');
  const mount = () => void execFileSync('mount', ['--bind', disk, archive]);
  const unmount = () => void execFileSync('umount', ['-l', archive]);
  mkdirSync(disk);
  mkdirSync(archive);
  mount();
  return {
    archive,
    goes: unmount,
    comesBack: mount,
    close: () => {
      unmount();
      rmSync(folder, { recursive: true });
    },
  };
}

const PLACES = { renamed, ...(mounts() ? { unmounted } : {}) };
if (!('unmounted' in PLACES)) process.stderr.write('Nothing can be mounted here: the archive is only renamed away.\n');

/** The time that the archive is away, in milliseconds. */
const DEADLINE = 12_000;
/** How long a step only tries again before the request needs attention. Reads at the provider report it before the deadline. */
const BUDGET = { watch: 1000, others: 15_000 };

describe.each(Object.entries(PLACES))('an archive that is %s', (_name, make) => {
  let place: Place;
  let at: Installation;
  let temporal: Temporal;
  beforeAll(async () => {
    place = make();
    at = await Installation.start({
      settings: (settings) => {
        settings['archive'] = { directory: place.archive, reserve: 0 };
        const { steps } = settings['policy'] as { steps: Record<string, { budget: number }> };
        for (const [name, step] of Object.entries(steps)) step.budget = name === 'watch' ? BUDGET.watch : BUDGET.others;
      },
    });
    temporal = await Temporal.connect(at);
  });
  let atTheEnd: (() => void) | undefined;
  afterEach(() => atTheEnd?.());
  afterAll(async () => {
    await temporal.close();
    await at.close();
    place.close();
  });

  /** The status from the request itself. The client would look into the archive first. */
  async function ownWord({ reference }: People): Promise<RequestStatus> {
    return temporal.workflow(`signature-${reference}`).query<RequestStatus>(STATUS_QUERY);
  }

  async function unavailable(people: People): Promise<RequestStatus> {
    return eventually(async () => {
      const status = await ownWord(people);
      return status.attention?.code === 'ARCHIVE_UNAVAILABLE' && status;
    });
  }

  test('is trouble of ours: deadlines stand still, and everything goes on by itself when it is back', async () => {
    const [reviewed, signed] = [await People.start(at), await People.start(at)];
    await reviewed.throughTo('review');
    await signed.throughTo('code');
    const waiting = await People.start(at, { policy: { deadlines: { video: DEADLINE } } });
    const [signedPk, waitingPk] = [await signed.requestPk(), await waiting.requestPk()];
    const { deadline } = await waiting.untilStatus((status) => status.deadline !== undefined);
    const held = await signed.fault({ name: 'hold-before', endpoint: 'get-document' });
    await signed.sign();
    await signed.held(held);

    place.goes();
    atTheEnd = () => place.comesBack(); // also if the test fails
    await at.provider.removeFault(held);
    await at.provider.video(waitingPk, 'finished');
    for (const people of [signed, waiting, reviewed]) {
      expect((await unavailable(people)).attention).toMatchObject({ leavesByItself: true });
    }
    expect((await ownWord(signed)).words).toContain('signed, copy not yet stored');
    await expect(at.client.status(signed.reference)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    await pause(Math.max(0, Date.parse(deadline ?? '') + 1000 - Date.now()));
    expect(await ownWord(waiting)).toMatchObject({ stage: 'video' });
    expect(await ownWord(waiting)).not.toHaveProperty('deadline');
    expect((await at.provider.request(signedPk)).documents).toHaveLength(1);
    await untilMissing(at, { archive: 'ARCHIVE_UNAVAILABLE' });

    place.comesBack();
    atTheEnd = undefined;
    await untilMissing(at, {});
    expect(await signed.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
    await waiting.until('review');
    for (const people of [waiting, reviewed]) {
      await people.approve();
      await people.askForCode();
      await people.sign();
      expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
    }
    for (const people of [signed, waiting, reviewed]) {
      const { events } = await at.client.status(people.reference);
      expect(events.filter(({ what }) => what === 'resolved')).toEqual([]);
      expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, otp: 1, sign: 1 });
    }
  });

  test('is shown by `why` during trouble with the provider, which stays until both are over', async () => {
    const people = await People.start(at);
    const busy = await people.fault({ name: 'answer-503', endpoint: 'get-request' });
    const shows = (code?: string) => eventually(async () => (await ownWord(people)).attention?.code === code);
    await shows('PROVIDER_BUSY');
    place.goes();
    atTheEnd = () => place.comesBack();
    await at.provider.removeFault(busy);
    await expect(at.client.why(people.reference)).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    expect(await ownWord(people)).toMatchObject({ attention: { step: 'watch', leavesByItself: true } });
    place.comesBack();
    atTheEnd = undefined;
    await shows(undefined);
    expect(await people.until('video')).toMatchObject({ deadline: expect.any(String) as string });
  });
});
