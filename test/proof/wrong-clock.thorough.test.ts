import type { VideoIdError } from '../../src/messages/failures.js';
import { type Ran, videoid } from '../cli/run.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { clockAhead } from '../installation/wrong-clock.js';

const HOUR = 3_600_000;
/** The doubt lasts until another worker runs, and its step does not give up meanwhile. Milliseconds. */
const DOUBT = { sign: { settle: 3000 }, steps: { sign: { budget: 60_000 } } };

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({ gateway: false });
});
afterAll(() => at.close());

async function workerWith(environment: Record<string, string>): Promise<void> {
  await at.kill('worker');
  await at.startWorker('worker', environment);
}

/** Whether a time in a record is that of Temporal, which is the clock of this test too. */
function isNow(time: string | undefined): boolean {
  return Math.abs(Date.parse(time ?? '') - Date.now()) < HOUR;
}

test.each([
  ['ahead', 5 * HOUR],
  ['behind', -5 * HOUR],
])(
  'a worker whose clock is five hours %s blocks nothing for another worker, and writes the right times',
  async (_name, ahead) => {
    await workerWith(clockAhead(ahead));
    const [asking, doubtful, through] = await Promise.all([
      People.start(at),
      People.start(at, { policy: DOUBT }),
      People.start(at),
    ]);
    await Promise.all([through.throughTo('signed'), asking.throughTo('acceptance'), doubtful.throughTo('code')]);
    expect(await through.outcome()).toMatchObject({
      outcome: 'signed',
      documents: [{ verification: { result: 'passed' } }],
    });
    const { sentAt, resendFrom } = await asking.askForCode();
    expect({ sentAt: isNow(sentAt), resendFrom: isNow(resendFrom) }).toEqual({ sentAt: true, resendFrom: true });
    await doubtful.fault({ name: 'answer-500', endpoint: 'sign', times: 1 });
    const signing = doubtful.sign().catch((error: VideoIdError) => error.code);
    await eventually(async () => (await doubtful.provider()).calls['sign']?.received);

    await workerWith({});
    // Starting a worker may take longer than a caller waits.
    expect(['CODE_SPENT', 'STILL_RUNNING']).toContain(await signing);
    await doubtful.untilStatus(({ events }) => events.some(({ what }) => what === 'code-spent'));
    await Promise.all(
      [asking, doubtful].map(async (people) => {
        await people.askForAnotherCode();
        await people.sign();
        expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
        expect((await people.provider()).done['otp']).toBe(2);
      }),
    );
    for (const people of [asking, doubtful, through]) {
      const { events } = await people.evidence<{ events: { at: string }[] }>();
      expect(events.filter((event) => !isNow(event.at))).toEqual([]);
    }
  },
);

function command(args: string[], environment: Record<string, string> = {}): Promise<Ran> {
  return videoid(args, { environment: { VIDEOID_CONFIG: at.state.configFile, ...environment } });
}

test('`doctor` names a wrong clock, and a command on such a machine is right about times', async () => {
  await workerWith(clockAhead(5 * HOUR));
  const people = await People.start(at);
  await people.throughTo('acceptance');
  const here = await command(['doctor']);
  expect(here.output).toMatch(/^ok +clock +as Temporal's$/m);
  expect(here.output).toMatch(/^warn +worker on .*\n +its clock is (5 h|4 h 59 min) ahead of Temporal's$/m);
  const there = await command(['doctor'], clockAhead(-2 * HOUR));
  expect(there.output).toMatch(/^warn +clock +(2 h|1 h 59 min) behind Temporal's$/m);
  // By a clock of its own, the acceptance would be in the future.
  const asked = await command(['otp', people.reference, '--consent-version', '1'], clockAhead(HOUR));
  expect(asked).toMatchObject({ code: 0 });
  for (const ahead of [5 * HOUR, -5 * HOUR]) {
    const { output, said } = await command(['why', people.reference], clockAhead(ahead));
    expect(said).toMatch(/^The clock of this machine is (5 h|4 h 59 min) (ahead of|behind) Temporal's/m);
    expect(output).toMatch(/^Since .* \(\d+ (s|min)( \d+ s)? ago\)$/m);
  }
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
});
