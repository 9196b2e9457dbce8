import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../../src/archive/open-archive.js';
import { anyPort } from '../../local/ports.js';
import { type Ran, videoid } from '../cli/run.js';
import { writeEarlierForm } from '../installation/earlier-form.js';
import { Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({ combination: 'single', gateway: false });
});
afterAll(() => at.close());

async function run(args: string[], environment: Record<string, string> = {}): Promise<Ran> {
  return videoid(args, { environment: { VIDEOID_CONFIG: at.state.configFile, ...environment } });
}

test('requests of an earlier release go on after their archive was imported in place', async () => {
  const [ended, video, accepting] = [await People.start(at), await People.start(at), await People.start(at)];
  await ended.throughTo('signed');
  await video.until('video');
  await accepting.throughTo('acceptance');
  await at.stop('worker');

  const place = at.config.archive.directory;
  const earlier = join(at.state.directory, 'earlier');
  const keys = [ended, video, accepting].map(
    ({ reference }) => ({ flow: 'signature', reference, attempt: 1 }) as const,
  );
  const archive = await openArchive(at.config.archive);
  await writeEarlierForm(archive, place, keys, earlier);
  await archive.close();
  await at.client.close();
  rmSync(place, { recursive: true });
  renameSync(earlier, place);

  const free = { VIDEOID_WORKER_HEALTH_PORT: String(await anyPort()) };
  for (const command of ['worker', 'setup']) {
    const { code, output, said } = await run([command], free);
    expect(code).not.toBe(0);
    expect(output + said).toContain(`videoid archive import ${place}`);
  }
  expect(await run(['archive', 'import', place])).toMatchObject({ code: 0 });
  expect(await run(['setup'])).toMatchObject({ code: 0 });

  await at.reconnect();
  await at.startWorker();
  await accepting.throughToCode();
  await accepting.sign();
  await video.throughTo('signed');
  for (const people of [video, accepting]) {
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, otp: 1, sign: 1 });
  }
  expect(await run(['documents', ended.reference])).toMatchObject({ code: 0 });
  expect(await ended.outcome()).toMatchObject({ outcome: 'signed' });
});
