import { setTimeout as pause } from 'node:timers/promises';
import { VideoIdError } from '../../src/messages/failures.js';
import { videoid } from '../cli/run.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({
    settings: (settings) => {
      const policy = settings['policy'] as { sign: object; steps: Record<string, object> };
      policy.sign = { settle: 10_000 };
      for (const [name, step] of Object.entries(policy.steps))
        policy.steps[name] = { ...step, startToClose: 60_000, budget: 5000 };
    },
  });
}, 60_000);
afterAll(() => at.close());

/** What people do, in order. Each act belongs to one stage. */
const ACTS = ['finishVideo', 'approve', 'askForCode', 'sign'] as const;
const TURN = { finishVideo: 'video', approve: 'review', askForCode: 'acceptance', sign: 'code' } as const;

/** How far requests have come when the outage begins, and what people ask of them during it. */
const GROUPS: { done: number; asks: boolean }[] = ACTS.flatMap((_act, done) => [
  { done, asks: false },
  ...(done === 0 ? [] : [{ done, asks: true }]), // nobody can do a video while the provider is away
]);

class Caught {
  private code: string | undefined;

  constructor(
    readonly people: People,
    private done: number,
    private readonly asks: boolean,
  ) {}

  static async prepare({ done, asks }: (typeof GROUPS)[number]): Promise<Caught> {
    const people = await People.start(at);
    const caught = new Caught(people, 0, asks);
    while (caught.done < done) await caught.next();
    await caught.turn();
    if (asks && ACTS[done] === 'sign') caught.code = await people.code(); // the code is on the signer's phone
    return caught;
  }

  /** People act during the outage. Whatever answer they get, the order takes effect later. */
  async act(): Promise<void> {
    const act = ACTS[this.done];
    if (!this.asks || act === undefined) return;
    const { code, people } = this;
    await heard(code === undefined ? people[act]() : at.client.sign(people.reference, { secret: code }));
    this.done += 1;
  }

  async goOn(): Promise<void> {
    while (this.done < ACTS.length) await this.next();
  }

  private async next(): Promise<void> {
    const act = ACTS[this.done];
    if (act === undefined) return;
    await this.turn();
    await heard(this.people[act]());
    this.done += 1;
  }

  private async turn(): Promise<void> {
    const act = ACTS[this.done];
    if (act === undefined) return;
    const turn = TURN[act];
    await this.people.untilStatus(({ stage, attention }) => stage === turn && attention === undefined);
  }
}

/** STEP_FAILED comes if the time of a step ended during a slow try. */
const EXPECTED_CODES = new Set([
  'PROVIDER_UNREACHABLE',
  'PROVIDER_BUSY',
  'STILL_RUNNING',
  'WORKER_BUSY',
  'STEP_FAILED',
]);

/** Whatever the answers say about trouble, the orders take effect. */
async function heard(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof VideoIdError) || !EXPECTED_CODES.has(error.code)) throw error;
  }
}

/** A deadline that passes while the provider is away. */
const TIGHT = 12_000;

const OUTAGES = {
  'cannot be reached': {
    begin: () => at.kill('sandbox'),
    end: () => at.startSandbox(),
  },
  'answers every call with 503': {
    begin: () => at.provider.addFault({ name: 'answer-503' }),
    end: () => at.provider.clearFaults(),
  },
};

let atTheEnd: (() => Promise<void>) | undefined;
afterEach(() => atTheEnd?.());

test.each(Object.entries(OUTAGES))(
  'after an outage in which the provider %s, requests in every stage end signed, and no human touches them',
  async (_name, outage) => {
    const caught = await Promise.all(GROUPS.map((group) => Caught.prepare(group)));
    const tight = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const people = await People.start(at, { policy: { deadlines: { video: TIGHT } } });
        return {
          people,
          deadline: (await people.untilStatus(({ deadline }) => deadline !== undefined)).deadline ?? '',
        };
      }),
    );
    await outage.begin();
    let lasts = true;
    const over = async (): Promise<void> => {
      if (lasts) await outage.end();
      lasts = false;
    };
    atTheEnd = over;
    const late = await Promise.all(Array.from({ length: 3 }, () => People.start(at)));
    await Promise.all(caught.map((each) => each.act()));

    const condition = await eventually(async () => (await at.client.conditions())[0]);
    expect(condition).toMatchObject({ optimizer: at.provider.url, environment: 'sandbox', flow: 'signature' });
    await eventually(async () =>
      (await at.client.conditions()).some((each) => each.what === 'outage' && each.waiting > late.length),
    );
    expect(await at.client.conditions()).toHaveLength(1);
    const list = await videoid(['list'], { environment: { VIDEOID_CONFIG: at.state.configFile } });
    expect(list.output.split('\n')[0]).toContain(`${at.provider.url} (sandbox) is out of reach since`);
    const overdue = Math.max(...tight.map(({ deadline }) => Date.parse(deadline))) + 1000;
    await pause(Math.max(0, overdue - Date.now()));

    await over();
    const all = [
      ...caught,
      ...[...late, ...tight.map(({ people }) => people)].map((people) => new Caught(people, 0, false)),
    ];
    await Promise.all(all.map((each) => each.goOn()));
    for (const { people } of all) {
      const { reference } = people;
      const { outcome, cleanup, documents } = await people.outcome();
      expect({ reference, outcome, cleanup }).toEqual({ reference, outcome: 'signed', cleanup: 'done' });
      expect(documents).toMatchObject([{ verification: { result: 'passed' } }]);
      const { done, status } = await people.provider();
      expect({ reference, status, ...done }).toMatchObject({
        status: 'ISSUED',
        create: 1,
        approve: 1,
        otp: 1,
        sign: 1,
      });
      expect((await at.client.status(reference)).events.filter(({ what }) => what === 'resolved')).toEqual([]);
    }
    await eventually(async () => (await at.client.conditions()).length === 0);
  },
  240_000,
);
