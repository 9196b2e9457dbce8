import { VideoIdError } from '../messages/failures.js';
import { sentence } from '../messages/sentences.js';
import type { ProviderError } from '../uanataca/errors.js';
import { NO_REQUEST } from './file.js';
import { Stopped, type People } from './people.js';
import type { ProbeRun } from './run.js';

/** What every step gets. */
export interface Context {
  run: ProbeRun;
  people: People;
}

/** One step of a probe: what it says before it begins, and what it does. */
export interface Step<At extends Context> {
  name: string;
  /** What is tried, as a sentence without its end. */
  title: string;
  /** The calls, as `POST /videoid`. */
  calls: readonly string[];
  /** What it may cost. */
  bills?: (at: At) => string | undefined;
  /** What a person has to do. */
  person?: (at: At) => string | undefined;
  /** Why it is left out in this run. */
  leaveOut?: (at: At) => string | undefined;
  /** Without it the probe cannot go on. */
  essential?: true;
  run(at: At): Promise<void>;
}

/**
 * Carries out the steps that are not done yet. A step that fails is told, and repeated when the probe is taken up again. If the
 * probe cannot go on without it, its failure is thrown.
 *
 * @throws VideoIdError, Stopped
 */
export async function follow<At extends Context>(steps: readonly Step<At>[], at: At): Promise<void> {
  const { run, people } = at;
  for (const [index, step] of steps.entries()) {
    const head = `${String(index + 1).padStart(2)} of ${steps.length}  ${step.title}`;
    if (run.isDone(step.name)) {
      people.say(`${head}: ${run.wasLeftOut(step.name) ? 'left out' : 'done'} before`);
      continue;
    }
    run.begin(step.name);
    const why = step.leaveOut?.(at);
    if (why !== undefined) {
      people.say(`${head}: left out, ${why}`);
      await run.end('skipped', why);
      continue;
    }
    people.say('', head, ...detailsOf(step, at));
    if ((await wanted(step, at)) === 'skip') {
      await run.end('skipped', 'you left it out');
      continue;
    }
    await carryOut(step, at);
  }
}

const AWAY: ReadonlySet<string> = new Set([
  'PROVIDER_UNREACHABLE',
  'TLS_FAILED',
  'CLIENT_CERTIFICATE_FAILED',
  'ANSWER_NOT_FROM_PROVIDER',
]);

async function carryOut<At extends Context>(step: Step<At>, at: At): Promise<void> {
  const { run, people } = at;
  try {
    await step.run(at);
    await run.end('done');
  } catch (error) {
    if (error instanceof Stopped) throw error;
    if (!(error instanceof VideoIdError)) throw error;
    await run.end('failed', error.code);
    const message = run.values.without(error.message);
    // Without the provider, no step makes sense.
    if (step.essential === true || AWAY.has(error.code)) {
      const { field, remedy } = error;
      throw new VideoIdError(error.code, message, { field, remedy: remedy && run.values.without(remedy) });
    }
    people.say(`    It failed (${error.code}): ${message}`, '    The probe goes on without it.');
  }
}

/** Asks before what costs something or needs somebody. */
async function wanted<At extends Context>(step: Step<At>, at: At): Promise<'go' | 'skip'> {
  if (!at.people.attended) return 'go';
  if (step.bills?.(at) === undefined && step.person?.(at) === undefined) return 'go';
  return at.people.goOn('    Go on?', { skippable: step.essential !== true });
}

function detailsOf<At extends Context>(step: Step<At>, at: At): string[] {
  const rows = [
    ['calls', step.calls.join(', ')],
    ['bills', step.bills?.(at) ?? 'nothing'],
    ['you', step.person?.(at) ?? 'nothing to do'],
  ];
  return rows.map(([name, words]) => `    ${(name ?? '').padEnd(6)} ${words}`);
}

/** Without this, the probe cannot go on. @throws VideoIdError */
export function cannotGoOn(code: VideoIdError['code'], words: string, remedy: string): never {
  throw new VideoIdError(code, words, { remedy });
}

/** The probe cannot go on without this call. @throws VideoIdError with the words of its failure, if it has any */
export function cannotGoOnWithout(
  error: ProviderError | undefined,
  otherwise: { code: VideoIdError['code']; words: string; remedy: string },
): never {
  return cannotGoOn(
    error?.code ?? otherwise.code,
    sentence(error?.words ?? otherwise.words),
    error?.remedy ?? otherwise.remedy,
  );
}

/** Why a step about a request is left out that a step before did not make. */
export function missing(id: string | undefined): string | undefined {
  return id === undefined ? NO_REQUEST : undefined;
}
