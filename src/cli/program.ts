import { Command, CommanderError } from 'commander';
import { VideoIdError } from '../messages/failures.js';
import type { Verb } from '../messages/verbs.js';
import { printable } from '../process/printable.js';
import { archiveCommands } from './archive.js';
import { CHANGE_COMMANDS } from './change.js';
import { checkCommand } from './check.js';
import type { DefineCommand } from './command.js';
import { CODE_COMMANDS } from './code.js';
import { DECIDE_COMMANDS } from './decide.js';
import { deleteCommand } from './delete.js';
import { doctorCommand } from './doctor.js';
import { ENROL_COMMANDS } from './enrol.js';
import { ENROLMENT_FILE_COMMANDS } from './enrolment-files.js';
import { EXIT, EXIT_WORDS } from './exit-codes.js';
import { FILE_COMMANDS } from './files.js';
import { LOOK_COMMANDS } from './look.js';
import { processCommands } from './processes.js';
import { probeCommand } from './probe.js';
import { profilesCommand } from './profiles.js';
import { RESOLVE_COMMANDS } from './resolve.js';
import { showFailure } from './screen.js';
import { settingsCommand } from './settings.js';
import { setupCommand } from './setup.js';
import { signCommand } from './sign.js';
import { verifyCommand } from './verify.js';
import { resumeCommand } from './resume.js';
import { WHY_COMMANDS } from './why.js';

const REQUESTS = {
  start: signCommand,
  enrol: ENROL_COMMANDS.enrol,
  provide: ENROL_COMMANDS.provide,
  resume: resumeCommand,
  ...LOOK_COMMANDS,
  ...FILE_COMMANDS,
  ...ENROLMENT_FILE_COMMANDS,
  delete: deleteCommand,
  profiles: profilesCommand,
};
/** The other verbs of a running request. The compiler demands a command for each. */
const DECISIONS: Record<Exclude<Verb, keyof typeof REQUESTS>, DefineCommand> = {
  ...DECIDE_COMMANDS,
  ...CODE_COMMANDS,
  ...CHANGE_COMMANDS,
  ...WHY_COMMANDS,
  ...RESOLVE_COMMANDS,
};

/** Every command, as `--help` lists them. */
const COMMANDS = {
  'Requests:': REQUESTS,
  'Decisions:': DECISIONS,
  'Checks:': { checkCommand, verifyCommand, doctorCommand, probeCommand, settingsCommand, setupCommand },
  'Archive:': { archiveCommands },
  'Processes:': { processCommands },
};

/** The whole `videoid` command. */
export function createProgram(json: boolean): Command {
  const program = new Command('videoid')
    .description(
      'Carries people from "please sign this" to an archived, verified signature, or to a certificate of their own, through VideoID.',
    )
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      ...(json ? { writeErr: () => undefined } : {}),
      outputError: (text, write) => write(`${text.trimEnd().split('\n').map(printable).join('\n')}\n`),
    })
    .showHelpAfterError('(see --help)')
    .addHelpText('after', () => ['', 'Exit codes', ...exitLines()].join('\n'));
  for (const [group, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(group);
    for (const define of Object.values<DefineCommand>(commands)) define(program);
  }
  return program;
}

function exitLines(): string[] {
  return Object.entries(EXIT).map(([name, code]) => `  ${code}  ${EXIT_WORDS[name as keyof typeof EXIT]}`);
}

/** Runs one command line; its result is the exit code of the process. */
export async function run(given: readonly string[]): Promise<void> {
  const end = given.indexOf('--');
  const json = given.slice(0, end === -1 ? undefined : end).includes('--json');
  try {
    await createProgram(json).parseAsync([...given], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      process.exitCode = showFailure(json, error);
      return;
    }
    // Help and version are not failures.
    if (error.exitCode === 0) return;
    process.exitCode = EXIT.badInput;
    if (json) showFailure(json, usageFailure(error));
  }
}

function usageFailure({ message }: CommanderError): VideoIdError {
  return new VideoIdError('BAD_INPUT', message.replace(/^error: /, ''), { remedy: 'See --help.' });
}
