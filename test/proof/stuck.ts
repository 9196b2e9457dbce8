import { setTimeout as pause } from 'node:timers/promises';
import type { Why } from '../../src/client.js';
import { sentence } from '../../src/messages/sentences.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { EnrolledPeople } from '../installation/enrolled-people.js';
import type { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import type { People } from '../installation/people.js';
import { typeCommand } from '../installation/typed-command.js';

/** The people around a request that is stuck. */
export type Stuck = People | EnrolledPeople;

/** A situation in which a request is stuck, what `why` must say about it, and how the request goes on. */
export interface Situation<Who extends Stuck = Stuck> {
  /** Brings a request into the situation. */
  provoke(): Promise<Who>;
  why: {
    state: Why['state'];
    code?: Why['code'];
    leavesByItself: boolean;
    /** The true cause, in the words of `why`. */
    words: RegExp;
    /** What ends it by itself, if that matters. */
    endsBy?: RegExp;
  };
  /** What must be repaired elsewhere first. */
  repair?(who: Who): Promise<unknown>;
  /** Which of the printed commands is typed. None if the repair is enough. */
  remedy?: RegExp;
  filled?(who: Who): Record<string, string> | Promise<Record<string, string>>;
  input?(who: Who): string | Promise<string>;
  /** After that, the request continues as usual. */
  goOn(who: Who): Promise<unknown>;
  end: 'signed' | 'enrolled' | 'cancelled';
}

/** The longest time for one situation on a busy machine, in milliseconds. */
const WITHIN = 100_000;

/** Causes the situation, asks `why`, does what it says, and waits for the request's end, which it returns. */
export async function overcome<Who extends Stuck>(at: Installation, situation: Situation<Who>): Promise<Outcome> {
  const over = new AbortController();
  const place = { doing: 'is provoked' };
  const late = async (): Promise<never> => {
    await pause(WITHIN, undefined, { signal: over.signal });
    throw new Error(`nothing happens any more while it ${place.doing}`);
  };
  try {
    return await Promise.race([carriedThrough(at, situation, place), late()]);
  } finally {
    over.abort();
  }
}

async function carriedThrough<Who extends Stuck>(
  at: Installation,
  situation: Situation<Who>,
  place: { doing: string },
): Promise<Outcome> {
  const who = await situation.provoke();
  place.doing = `${who.reference} is to be stuck`;
  const why = await settled(at, who, situation);
  assertMeant(why, situation);
  await saidEverywhere(at, who);
  place.doing = `${who.reference} is repaired`;
  await situation.repair?.(who);
  if (situation.remedy !== undefined) {
    const remedy = why.remedies.find(({ command }) => situation.remedy?.test(command));
    expect({ remedies: why.remedies, remedy }).toMatchObject({ remedy: { words: expect.any(String) as string } });
    const [filled, input] = [await situation.filled?.(who), await situation.input?.(who)];
    place.doing = `${remedy?.command ?? ''} is typed`;
    await typeCommand(at, remedy?.command ?? '', { filled, input });
  }
  place.doing = `${who.reference} goes on`;
  await situation.goOn(who);
  place.doing = `${who.reference} ends`;
  return who.outcome();
}

async function settled(at: Installation, who: Stuck, situation: Pick<Situation, 'why'>): Promise<Why> {
  let seen: Why | undefined;
  const look = async (): Promise<Why | false> => {
    seen = await at.client.why(who.reference, { flow: who.flow });
    return isMeant(seen, situation) && seen;
  };
  return eventually(look, () => seen);
}

function isMeant(found: Why, { why }: Pick<Situation, 'why'>): boolean {
  return found.state === why.state && found.code === why.code && why.words.test(found.words);
}

/** Checks that it names the cause, since when, whether it ends by itself, and what can be done. */
export function assertMeant(found: Why, { why }: Pick<Situation, 'why'>): void {
  const { words, endsBy, ...plain } = why;
  expect(found).toMatchObject({
    ...plain,
    words: expect.stringMatching(words) as string,
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    ...(endsBy === undefined ? {} : { endsBy: expect.arrayContaining([expect.stringMatching(endsBy)]) as string[] }),
  });
  expect(found.remedies).not.toEqual([]);
}

/** `show` and the list of what needs somebody say the same as `why`. Search may be late, and a read may come in between. */
async function saidEverywhere(at: Installation, { reference, flow }: Stuck): Promise<void> {
  let said: object = {};
  const agree = async (): Promise<boolean> => {
    const why = await at.client.why(reference, { flow });
    if (why.state === 'not-started') return true;
    const status = await at.client.status(reference, { flow });
    if (status.stage === 'ended') return true;
    const { requests } = await at.client.list({ limit: 1000 });
    const listed = requests.find((each) => each.reference === reference);
    said = { why, status, listed };
    const { attention, failing, words } = status;
    const marked = why.state === 'attention' ? why.code : undefined;
    return (
      (failing?.words ?? sentence(words)) === sentence(why.words) &&
      (marked === undefined || (attention?.code === marked && listed?.attention === marked)) &&
      (why.state !== 'waiting' || (attention === undefined && listed?.attention === undefined))
    );
  };
  await eventually(agree, () => said);
}

/** What the signer does after the approval. */
export async function acceptAndSign(who: People): Promise<void> {
  await who.until('acceptance');
  await who.askForCode();
  await who.sign();
}
