import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Started, StartDocument, StartInput, VideoIdClient } from '../client.js';
import type { Flow } from '../messages/request.js';
import { withClient } from './command.js';
import { type Pairs, pairOf } from './pair-flag.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { exitOf, untilEnded } from './follow.js';
import { columns } from './layout.js';
import { outcomeLines } from './request-words.js';
import type { Screen } from './screen.js';

/** Flags that the starts of both flows have. */
export interface StartFlags {
  email?: string;
  phone?: string;
  reference?: string;
  registrationAuthority?: string;
  profile?: string;
  wait?: boolean;
  newAttempt?: boolean;
  metadata?: Pairs;
}

export function withStart(command: Command): Command {
  return command
    .option('--email <address>', "the signer's e-mail address")
    .option('--phone <number>', "the signer's mobile phone, with international prefix")
    .option('--reference <reference>', 'your own name for the request, no personal data (default: a new one)')
    .option('--registration-authority <id>', 'needed when the settings know several')
    .option('--profile <name>', 'certificate profile (default: the first of the registration authority)')
    .option(
      '--metadata <name=value>',
      'a short text of your own, kept with the request, no personal data; may be repeated',
      pairOf,
    )
    .option('--wait', 'wait until the request ends, showing every stage')
    .option('--new-attempt', 'try again after an end without success; bills again. Defaults: the last attempt');
}

/** The input that starts of both flows have. */
type Common = Pick<
  StartInput,
  'reference' | 'registrationAuthority' | 'profile' | 'signer' | 'newAttempt' | 'metadata'
>;

/** Starts a request, shows the result, and waits for the end if asked. */
export async function carryOutStart(
  screen: Screen,
  flags: StartFlags,
  how: { flow: Flow; start: (client: VideoIdClient, common: Common) => Promise<Started> },
): Promise<ExitCode> {
  const reference = flags.reference ?? newReference();
  if (flags.reference === undefined) screen.say(`Reference: ${reference}`);
  return await withClient(screen, async (client) => {
    if (flags.newAttempt) screen.say('A new attempt: the video is done again, and the provider bills again.');
    const { registrationAuthority, profile, newAttempt, metadata } = flags;
    const common = { reference, registrationAuthority, profile, signer: signerOf(flags), newAttempt, metadata };
    const started = await screen.during('Storing and checking the documents', how.start(client, common));
    if (!flags.wait) {
      screen.answer(started, startedLines(started, how.flow));
      return started.outcome === undefined ? EXIT.done : exitOf(started.outcome);
    }
    screen.say(
      `Request ${reference} ${STATE_WORDS[started.state]}; waiting for its end. Ctrl-C stops only the waiting.`,
    );
    screen.say(nextOf(reference, how.flow));
    const outcome = await untilEnded(client, screen, reference, { flow: how.flow, attempt: started.attempt });
    screen.answer({ ...started, state: 'ended', outcome }, outcomeLines(outcome));
    return exitOf(outcome);
  });
}

/** Files as documents. Each has the file's name. */
export function documentsFrom(paths: readonly string[]): StartDocument[] | undefined {
  return paths.length === 0 ? undefined : paths.map((path) => ({ name: basename(path), content: path }));
}

const STATE_WORDS: Record<Started['state'], string> = {
  started: 'started',
  running: 'was started before and is running',
  ended: 'was started before and has ended',
};

/** A new attempt takes what is left out from the attempt before. */
function signerOf({ email, phone, newAttempt }: StartFlags): Common['signer'] {
  return newAttempt && email === undefined && phone === undefined ? undefined : { email, phone };
}

/** Random enough not to repeat, and easy to say. */
function newReference(): string {
  return `${new Date().toISOString().slice(0, 10)}-${randomBytes(5).toString('hex')}`;
}

/** A start's answer, and what to type next. */
export function startedLines({ reference, attempt, workflowId, state, outcome }: Started, flow: Flow): string[] {
  if (outcome !== undefined) return [`Request ${reference} ${STATE_WORDS[state]}.`, '', ...outcomeLines(outcome)];
  return [
    ...columns([
      ['Request', `${reference}, attempt ${attempt}, ${STATE_WORDS[state]}`],
      ['In Temporal', workflowId],
    ]),
    '',
    `Next: ${nextOf(reference, flow)}`,
    `      videoid show ${reference}    where it stands`,
  ];
}

function nextOf(reference: string, flow: Flow): string {
  return flow === 'signature'
    ? `videoid link ${reference}    the signer opens it and identifies on video`
    : 'the provider e-mails the signer the link to the video identification';
}
