import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Deleted } from '../client.js';
import { leftWords } from '../client/left-words.js';
import { defined } from '../messages/defined.js';
import { VideoIdError } from '../messages/failures.js';
import { withMoments } from '../messages/moments.js';
import {
  defineRequest,
  operator,
  type OperatorFlags,
  type SteeringFlags,
  withOperator,
  withSteering,
} from './command.js';

interface DeleteFlags extends SteeringFlags, OperatorFlags {
  reason: string;
  giveUpCleanup?: boolean;
  yes?: boolean;
}

/** `videoid delete`: a request that has ended, with its files and its data. */
export function deleteCommand(program: Command): void {
  const command = defineRequest<DeleteFlags>(
    program,
    'delete <reference>',
    'delete a request that has ended, with its files and its data, and say what others keep. The reference stays, and is not used again',
    async ({ client, screen, reference, flags }) => {
      const { reason, giveUpCleanup, yes = false, attempt } = flags;
      if (!yes) await confirm(reference, attempt);
      const order = { reason, actor: operator(flags), ...defined({ giveUpCleanup }) };
      const deleted = await screen.during('Deleting', client.delete(reference, order, flags));
      screen.answer(deleted, deletedLines(deleted));
    },
  );
  withOperator(
    withSteering(command, 'only this attempt. Without it, all attempts are deleted').requiredOption(
      '--reason <text>',
      'why. `why` shows it',
    ),
    'who deletes',
  )
    .option(
      '--give-up-cleanup',
      'also if copies at the provider are still being deleted, or it is still being cancelled there. They stay there',
    )
    .option('--yes', 'do not ask. A script needs this');
}

/** @throws VideoIdError BAD_INPUT */
async function confirm(reference: string, attempt: number | undefined): Promise<void> {
  if (!process.stdin.isTTY) throw unconfirmed('--yes was not given, and nobody can be asked.', 'Add --yes.');
  const what = attempt === undefined ? 'all its attempts' : `attempt ${attempt} of it`;
  process.stderr.write(`This deletes ${what}, with documents and data. They cannot be restored.\n`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await lines.question('Type the reference to go on: ');
    if (typed.trim() === reference) return;
  } finally {
    lines.close();
  }
  throw unconfirmed('That is not the reference, so nothing was deleted.', 'Type it as in the command.');
}

function unconfirmed(message: string, remedy: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', message, { field: '--yes', remedy });
}

function deletedLines({ flow, attempts }: Deleted): string[] {
  return attempts.flatMap(({ attempt, deletedAt, reason, ...left }) => [
    withMoments(`Attempt ${attempt} was deleted at ${deletedAt}${reason === undefined ? '' : `: ${reason}`}`),
    '  What is left:',
    ...leftWords(flow, left).map((words) => `  - ${withMoments(words)}`),
  ]);
}
