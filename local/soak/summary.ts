import { setTimeout as pause } from 'node:timers/promises';
import type { Books, Broken } from './books.js';
import { check } from './check.js';
import { outsideLooks } from './outside-look.js';
import type { Plan } from './plan.js';
import { keyOf, type Scene } from './scene.js';
import { storyOf } from './story.js';

/** What a soak found. */
export interface Summary {
  seed: number;
  requests: number;
  /** How many of them are enrolments. */
  enrolments: number;
  /** How long the soak took, with the checks. */
  seconds: number;
  ends: Record<string, number>;
  kills: Record<string, number>;
  /** How often each fault affected a call or a callback. */
  faults: Record<string, number>;
  attentions: Record<string, number>;
  /** Failure codes that people and their programs received. */
  refusals: Record<string, number>;
  /** Events. */
  longestHistory: number;
  /** Signed files that pdfsig checked too. */
  pdfsig: number;
  broken: (Broken & { story: string[] })[];
}

/** How many requests are checked at the same time. */
const CHECKS = 4;
/** How often, and with which pause in milliseconds, it looks for files that are deleted at the provider only after the end. */
const CLEANED_LOOKS = 400;
const CLEANED_LOOK_EVERY = 500;

/** Checks every request and makes the summary. */
export async function summaryOf(plan: Plan, books: Books, scenes: readonly Scene[]): Promise<Summary> {
  const ends: Record<string, number> = {};
  let longestHistory = 0;
  let enrolments = 0;
  const left = [...scenes];
  const checking = Array.from({ length: CHECKS }, async () => {
    for (let scene = left.shift(); scene !== undefined; scene = left.shift()) {
      await cleaned(scene);
      const { outcome, wrong, events, made } = await check(scene);
      if (scene.role.flow === 'enrolment') enrolments += made;
      const end = outcome === undefined ? `${scene.role.flow} not ended` : `${outcome.outcome}: ${outcome.reason}`;
      ends[end] = (ends[end] ?? 0) + 1;
      longestHistory = Math.max(longestHistory, events);
      for (const what of wrong) books.broke(scene.role.reference, what);
    }
  });
  await Promise.all(checking);
  for (const what of await checkCards(scenes, enrolments)) books.broke('everything', what);
  const byReference = new Map(scenes.map((scene) => [scene.role.reference, scene]));
  const broken: Summary['broken'] = [];
  for (const each of books.broken) {
    const scene = byReference.get(each.reference);
    const known = broken.some(({ reference }) => reference === each.reference);
    broken.push({ ...each, story: scene === undefined || known ? [] : await storyOf(scene) });
  }
  return {
    seed: plan.seed,
    requests: plan.roles.length,
    enrolments: plan.roles.filter(({ flow }) => flow === 'enrolment').length,
    seconds: Math.round(books.now / 1000),
    ends: sorted(ends),
    kills: sorted(books.kills),
    faults: sorted(books.faults),
    attentions: sorted(books.attentions),
    refusals: sorted(books.refusals),
    longestHistory,
    pdfsig: outsideLooks(),
    broken,
  };
}

async function cleaned({ at, role }: Scene): Promise<void> {
  for (let looks = 0; looks < CLEANED_LOOKS; looks += 1, await pause(CLEANED_LOOK_EVERY)) {
    if ((await at.archive.readOutcome(keyOf(role)))?.cleanup !== 'pending') return;
  }
}

/** Every used card belongs to a request, and every request at the provider is one of ours. */
async function checkCards([scene]: readonly Scene[], ours: number): Promise<string[]> {
  if (scene === undefined) return [];
  const { provider } = scene.at;
  const used = await provider.scratchcardsUsed();
  const enrolments = (await provider.enrolments()).length;
  if (used === enrolments && enrolments === ours) return [];
  return [`${used} scratchcards are used by ${enrolments} enrolments at the provider, of which ${ours} are known`];
}

function sorted(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).toSorted(([, one], [, other]) => other - one));
}
