import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Officer } from '../people/officer.js';
import { Signer } from '../people/signer.js';
import { Asking } from './asking.js';
import { Books } from './books.js';
import { play } from './cast.js';
import { SoakInstallation } from './installation.js';
import { Histories } from './histories.js';
import type { Plan } from './plan.js';
import { Patience } from './patience.js';
import type { Role } from './role.js';
import type { Scene } from './scene.js';
import { type Summary, summaryOf } from './summary.js';
import { makeTrouble } from './trouble.js';

/** Milliseconds. */
const REPORT_EVERY = 5000;

/** Runs a plan in its own folder, then checks every request. @param report gets a line about the progress */
export async function soak(plan: Plan, directory: string, report: (line: string) => void): Promise<Summary> {
  const books = new Books();
  const at = await SoakInstallation.start(directory, plan, (words) => books.broke('everything', words));
  const histories = await Histories.connect(at.config);
  const shared = { at, histories, books };
  const scenes = plan.roles.map((role) => sceneOf(shared, plan, role));
  const reporting = setInterval(() => report(progress(books, plan)), REPORT_EVERY);
  books.begin();
  try {
    await performed(plan, shared, scenes, report);
    for (const worker of ['worker', 'worker-2']) {
      for (const line of ownFaults(readFileSync(at.state.logFile(worker), 'utf8'))) books.broke(worker, line);
    }
    report(`${progress(books, plan)}; checking every request`);
    return await summaryOf(plan, books, scenes);
  } finally {
    clearInterval(reporting);
    await histories.close();
    await at.close();
  }
}

/** What all scenes share. */
type Shared = Pick<Scene, 'at' | 'histories' | 'books'>;

async function performed(plan: Plan, shared: Shared, scenes: Scene[], report: (line: string) => void): Promise<void> {
  const { at, books } = shared;
  let over = false;
  const patience = new Patience();
  const playing = scenes.map(async (scene) => {
    await pause(Math.max(0, scene.role.startsAt - books.now));
    for (const fault of scene.role.faults) await at.provider.addFault(fault);
    await play(scene, patience, () => over);
  });
  const played = Promise.all(playing);
  let waiting: NodeJS.Timeout | undefined;
  try {
    await Promise.race([makeTrouble(plan, shared), failing(played)]);
    report(`${progress(books, plan)}; no more trouble, waiting until every request ends`);
    patience.begin();
    waiting = setInterval(() => (over ||= patience.isLost), 1000);
    await played;
  } finally {
    over = true;
    clearInterval(waiting);
    await Promise.allSettled(playing);
  }
}

/** Never resolves. It rejects only if the simulation itself fails. */
async function failing(played: Promise<unknown>): Promise<never> {
  await played;
  return new Promise<never>(() => {});
}

function sceneOf(shared: Shared, { combination }: Plan, role: Role): Scene {
  const played = { consoleCancelled: false, gaveUp: false, acceptedFiles: false, typed: 0, newVideo: false };
  const { at, books } = shared;
  return {
    ...shared,
    role,
    signer: new Signer(at, role),
    officer: new Officer(at, role),
    asking: new Asking(role, books, combination),
    played,
  };
}

/** The errors about our own code in a worker's log, each once. */
function ownFaults(log: string): Set<string> {
  const lines = log.split('\n').filter((line) => line.includes('a step failed in our own code'));
  return new Set(lines.map((line) => line.replace(/"(time|pid|hostname)":[^,]*,/g, '')));
}

function progress({ now, started, ended, broken, kills }: Books, { roles }: Plan): string {
  const killed = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const rest = broken.length === 0 ? '' : `, ${broken.length} broken`;
  return `${Math.round(now / 1000)} s: ${started} of ${roles.length} started, ${ended} ended, ${killed} kills${rest}`;
}
