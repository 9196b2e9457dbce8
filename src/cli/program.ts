import { Command, CommanderError } from 'commander';
import { VideoIdError } from '../messages/failures.js';
import { printable } from '../process/printable.js';
import { changeCommands } from './change.js';
import { checkCommand } from './check.js';
import { codeCommands } from './code.js';
import { decideCommands } from './decide.js';
import { doctorCommand } from './doctor.js';
import { enrolCommands } from './enrol.js';
import { enrolmentFileCommands } from './enrolment-files.js';
import { EXIT, EXIT_WORDS } from './exit-codes.js';
import { fileCommands } from './files.js';
import { lookCommands } from './look.js';
import { processCommands } from './processes.js';
import { profilesCommand } from './profiles.js';
import { resolveCommand } from './resolve.js';
import { tellFailure } from './screen.js';
import { settingsCommand } from './settings.js';
import { setupCommand } from './setup.js';
import { signCommand } from './sign.js';
import { verifyCommand } from './verify.js';
import { resumeCommand } from './start.js';
import { whyCommands } from './why.js';

/** The whole `videoid` command. */
function createProgram(json: boolean): Command {
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
  program.commandsGroup('Requests:');
  signCommand(program);
  enrolCommands(program);
  resumeCommand(program);
  lookCommands(program);
  fileCommands(program);
  enrolmentFileCommands(program);
  profilesCommand(program);
  program.commandsGroup('Decisions:');
  decideCommands(program);
  codeCommands(program);
  changeCommands(program);
  whyCommands(program);
  resolveCommand(program);
  program.commandsGroup('Checks:');
  checkCommand(program);
  verifyCommand(program);
  doctorCommand(program);
  settingsCommand(program);
  setupCommand(program);
  program.commandsGroup('Processes:');
  processCommands(program);
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
      process.exitCode = tellFailure(json, error);
      return;
    }
    // Help and version are no failures.
    if (error.exitCode === 0) return;
    process.exitCode = EXIT.badInput;
    if (json) tellFailure(json, usageFailure(error));
  }
}

function usageFailure({ message }: CommanderError): VideoIdError {
  return new VideoIdError('BAD_INPUT', message.replace(/^error: /, ''), { remedy: 'See --help.' });
}
