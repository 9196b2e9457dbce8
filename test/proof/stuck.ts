import { setTimeout as pause } from 'node:timers/promises';
import type { Why } from '../../src/client.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { EnrolledPeople } from '../installation/enrolled-people.js';
import type { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import type { People } from '../installation/people.js';
import { typeCommand } from '../installation/typed-command.js';

/** Whoever is in a situation in which a request does not go on. */
export type Stuck = People | EnrolledPeople;

/** A situation in which a request is stuck, what `why` has to say of it, and how it goes on. */
export interface Situation<Who extends Stuck = Stuck> {
  /** Brings a request into it. */
  provoke(): Promise<Who>;
  why: {
    state: Why['state'];
    code?: Why['code'];
    leavesByItself: boolean;
    /** The true cause, in the words of `why`. */
    words: RegExp;
    /** What ends it by itself, where that matters. */
    endsBy?: RegExp;
  };
  /** What has to be repaired elsewhere first. */
  repair?(who: Who): Promise<unknown>;
  /** Which of the printed commands is typed; none where the repair is enough. */
  remedy?: RegExp;
  filled?(who: Who): Record<string, string> | Promise<Record<string, string>>;
  input?(who: Who): string | Promise<string>;
  /** Then it goes its usual way. */
  goOn(who: Who): Promise<unknown>;
  end: 'signed' | 'enrolled' | 'cancelled';
}

/** Milliseconds for all of one situation, on a busy machine. */
const WITHIN = 100_000;

/** Provokes the situation, asks `why`, carries out what it says, and sees the request to its end, which it gives. */
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

/** Names the cause, since when, whether it leaves by itself, and what can be done. */
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

/** The signer's part after the approval. */
export async function acceptAndSign(who: People): Promise<void> {
  await who.until('acceptance');
  await who.askForCode();
  await who.sign();
}
