import type { Command } from 'commander';
import type { ResumedAll, Started, VideoIdClient } from '../client.js';
import { defined } from '../messages/defined.js';
import { isFailureCode, VideoIdError } from '../messages/failures.js';
import type { Flow } from '../messages/request.js';
import { type AttemptFlag, define, withAttempt, withClient } from './command.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import { exitOf } from './follow.js';
import { columns } from './layout.js';
import { progressOf, type Screen } from './screen.js';
import { startedLines } from './start.js';

interface ResumeFlags extends AttemptFlag {
  afterLoss?: boolean;
  all?: boolean;
  yes?: boolean;
}

/** `videoid resume`: one request that Temporal does not run, or all of them. */
export function resumeCommand(program: Command): void {
  const command = define<ResumeFlags>(
    program,
    'resume [reference]',
    'continue a request from the archive, if Temporal does not run it; no data is needed, and what was done is not repeated',
    async ({ screen, operands, flags }) => {
      const [reference] = operands;
      if ((reference === undefined) !== (flags.all === true)) {
        throw new VideoIdError('BAD_INPUT', 'Name one request, or all.', {
          field: 'reference',
          remedy: 'videoid resume REFERENCE, or videoid resume --all.',
        });
      }
      return await withClient(screen, (client) =>
        reference === undefined ? resumeAll(client, screen, flags) : resumeOne(client, screen, reference, flags),
      );
    },
  );
  withAttempt(command)
    .option('--after-loss', 'its Temporal is lost for good: continue it in this one. Says what it risks')
    .option('--all', 'every request that `videoid list --recorded` shows; end those that run although they have ended')
    .option('--yes', 'with --all --after-loss: carry it out. Without it they are only listed');
}

async function resumeOne(
  client: VideoIdClient,
  screen: Screen,
  reference: string,
  { afterLoss = false, flow, attempt }: ResumeFlags,
): Promise<ExitCode> {
  const where = defined({ flow, attempt });
  const started = await screen.during(
    'Continuing the recorded request',
    client.resume(reference, { afterLoss }, where),
  );
  screen.answer(started, [...startedLines(started, flowOf(started)), ...risksOf(started.risks)]);
  return started.outcome === undefined ? EXIT.done : exitOf(started.outcome);
}

function flowOf({ workflowId }: Started): Flow {
  return workflowId.startsWith('enrolment-') ? 'enrolment' : 'signature';
}

async function resumeAll(client: VideoIdClient, screen: Screen, flags: ResumeFlags): Promise<ExitCode> {
  const { afterLoss = false, yes = false, flow } = flags;
  const { words, onProgress } = progressOf('Comparing the archive with Temporal');
  const order = { afterLoss, carryOut: yes || !afterLoss, ...defined({ flow }) };
  const resumed = await screen.during(words, client.resumeAll(order, { onProgress }));
  screen.answer(resumed, [...resumedLines(resumed), ...risksOf(resumed.risks)]);
  if (!resumed.carriedOut && resumed.results.length > 0) {
    screen.say('', 'Nothing was started. The same command with --yes carries it out.');
  }
  const [failed] = resumed.results.flatMap(({ result }) => (isFailureCode(result) ? [result] : []));
  return failed === undefined ? EXIT.done : exitCodeOf(failed);
}

const STATE_WORDS: Record<ResumedAll['results'][number]['state'], string> = {
  'not-in-temporal': 'not in Temporal',
  'ended-from-outside': 'ended in Temporal without an outcome',
  'ended-in-temporal': 'its outcome is only in Temporal',
  elsewhere: 'lives in another Temporal',
  'other-queue': 'waits in a task queue that no worker serves',
  ended: 'has ended, and runs in Temporal',
};

/** How archive and Temporal differ about requests. */
export function recordedLines(
  requests: readonly {
    flow: Flow;
    reference: string;
    attempt: number;
    state: keyof typeof STATE_WORDS;
    result?: string;
  }[],
): string[] {
  return columns([
    ['REFERENCE', 'ATTEMPT', 'FLOW', 'STATE', ''],
    ...requests.map(({ reference, attempt, flow, state, result = '' }) => [
      reference,
      String(attempt),
      flow,
      STATE_WORDS[state],
      result === '' ? '' : `→ ${result}`,
    ]),
  ]);
}

function resumedLines({ carriedOut, results }: ResumedAll): string[] {
  if (results.length === 0) return ['Every request that has not ended runs in Temporal. Nothing to resume.'];
  const shown = carriedOut ? results : results.map(({ result: _notSent, ...each }) => each);
  const done = results.filter(({ result }) => !isFailureCode(result) && result !== 'not-sent').length;
  return [
    ...recordedLines(shown),
    '',
    carriedOut ? `Resumed ${done} of ${results.length}.` : `Would resume ${results.length}.`,
  ];
}

function risksOf(risks: readonly string[] = []): string[] {
  return risks.length === 0 ? [] : ['', 'What this risks:', ...risks.map((risk) => `  - ${risk}`)];
}
