/** Program: `npm start`. The local stack, and sample requests through it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SandboxClient } from '../sandbox/client/sandbox-client.js';
import { openArchive } from '../src/archive/file-archive.js';
import { VideoIdClient } from '../src/client.js';
import { loadConfig } from '../src/config.js';
import { VideoIdError } from '../src/messages/failures.js';
import { PROJECT, stateDirectory } from './project.js';
import { type EnrolmentResult, runEnrolments } from './sample/enrolments.js';
import type { SamplePlace } from './sample/follow.js';
import { runSample, type SampleResult } from './sample/request.js';
import { openScreen } from './screen.js';
import { type Stack, startStack } from './stack.js';

const USAGE = `npm start [-- [--flow FLOW] [--exit] [--json] FILE.pdf …]

  --flow   signature (the default): a request that signs the named PDFs, or one of samples/
           enrolment: one enrolment of a natural person and one of an organisation; takes no files
  --exit   stop everything afterwards; exit code 0 only if all files were signed and verified, or both were enrolled
  --json   the last line of standard output is the result as JSON; everything else goes to standard error:
           signature {"outcome", "reference", "workflowId", "documents", "contract", "durations"}
           enrolment {"outcome", "enrolments": [{"outcome", "reason", "profile", "reference", "workflowId", "evidence",
           "durations"}]}; the first outcome is "enrolled" if both are, else that of the first one that is not
           a failure {"error": {"code", "message", "remedy"}}; only our own failures have a code`;

/** Kept for the end, because it must be the last line. */
let answer: object | undefined;
/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;
/** Also shown for a command line that is not valid. */
const json = process.argv.includes('--json');
const screen = openScreen(json ? process.stderr : process.stdout);

/** Resolves to the exit code. */
async function main(): Promise<number> {
  const { values: options, positionals } = commandLine();
  if (options.help) {
    screen.line(USAGE);
    return 0;
  }
  const sample = sampleOf(options.flow, positionals);
  const signals = new Signals();
  screen.line();
  screen.line(screen.paint('bold', 'Local stack'));
  const stack = await startStack(stateDirectory(), screen);
  signals.up = true;
  try {
    const code = await Promise.race([
      carry(stack, sample, options.flow).catch(failed),
      signals.asked.then(() => INTERRUPTED),
    ]);
    showAddresses(stack);
    if (options.exit || code === INTERRUPTED) return code;
    screen.line(
      'Everything keeps running, so you can look around. Ctrl-C stops it. The next start uses the same state.',
    );
    await signals.asked;
    return code;
  } finally {
    screen.line();
    await screen.step('stopping', async () => stack.close());
  }
}

/** @throws VideoIdError BAD_INPUT */
function commandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        exit: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        flow: { type: 'string', default: 'signature' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error));
  }
}

function unusable(message: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', message, { remedy: 'See `npm start -- --help`.' });
}

/** Handles Ctrl-C and similar signals. They end us at once until everything runs. Then the first asks us to stop, the second ends us. */
class Signals {
  up = false;
  readonly asked: Promise<void>;

  constructor() {
    this.asked = new Promise((done) => {
      let times = 0;
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => {
          times += 1;
          if (!this.up || times > 1) process.exit(INTERRUPTED);
          done();
        });
      }
    });
  }
}

/** Runs a sample. Resolves to whether it succeeded. */
type Sample = (place: SamplePlace, name: string) => Promise<boolean>;

/** @throws VideoIdError BAD_INPUT for an unknown flow, or for files that cannot be signed */
function sampleOf(flow: string, named: string[]): Sample {
  if (flow === 'enrolment') {
    if (named.length > 0) throw unusable('Enrolments sign no files. Leave the files out.');
    return async (place, prefix) => showEnrolments(await runEnrolments(place, prefix));
  }
  if (flow !== 'signature') throw unusable(`There is no flow "${flow}". Use signature or enrolment.`);
  const files = filesToSign(named);
  return async (place, reference) => showResult(await runSample(place, reference, files));
}

/** The paths of the named files from the directory where the command was typed. npm runs us in the project's folder. */
function filesToSign(named: string[]): string[] {
  if (named.length === 0) return [join(PROJECT, 'samples', 'agreement.pdf')];
  const files = named.map((file) => resolve(process.env['INIT_CWD'] ?? process.cwd(), file));
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) throw unusable(`There is no file ${missing.join(', ')}.`);
  return files;
}

async function carry(stack: Stack, sample: Sample, flow: string): Promise<number> {
  const config = loadConfig({ ...process.env, VIDEOID_CONFIG: stack.state.configFile });
  const client = await VideoIdClient.connect(config);
  try {
    await showOpen(client);
    screen.line();
    screen.line(screen.paint('bold', flow === 'enrolment' ? 'Sample enrolments' : 'Sample request'));
    const place = {
      client,
      archive: await openArchive({ directory: config.archive.directory, reserveBytes: config.archive.reserve }),
      provider: new SandboxClient(stack.sandbox),
      screen,
    };
    const name = `sample-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;
    return (await sample(place, name)) ? 0 : 1;
  } finally {
    await client.close();
  }
}

/** Requests of earlier starts continue without help. */
async function showOpen(client: VideoIdClient): Promise<void> {
  const open = (await client.list()).filter(({ state }) => state === 'running');
  if (open.length === 0) return;
  screen.fact('carrying on', open.map(({ reference }) => reference).join(', '));
}

function showAddresses(stack: Stack): void {
  screen.line();
  screen.line(screen.paint('bold', 'Addresses'));
  screen.fact('Temporal UI', stack.temporalUi ?? `that of the server at ${stack.temporalAddress}`);
  screen.fact('gateway', `${stack.gateway}  (bearer token in ${stack.apiTokenFile})`);
  screen.fact('sandbox', `${stack.sandbox}  (Registration Authority ${stack.registrationAuthority})`);
  screen.fact('codec server', stack.codecServer);
  screen.fact('settings', `VIDEOID_CONFIG=${stack.state.configFile}`);
  screen.fact('logs', join(stack.state.directory, 'logs'));
  screen.line();
}

function showResult(result: SampleResult): boolean {
  const { outcome, contract, documents, evidence, workflowId } = result;
  screen.line();
  screen.line(screen.paint('bold', 'Result'));
  screen.fact('outcome', screen.paint(result.good ? 'green' : 'red', outcome.outcome));
  screen.fact('workflow', workflowId);
  for (const { path, verification } of documents) screen.fact('signed file', `${path}  (verification ${verification})`);
  if (contract) screen.fact('contract', contract.path);
  screen.fact('evidence', evidence);
  const { reference, durations } = outcome;
  answer = { outcome: outcome.outcome, reference, workflowId, documents, contract, durations };
  return result.good;
}

function showEnrolments(enrolments: EnrolmentResult[]): boolean {
  const other = enrolments.find(({ outcome }) => outcome !== 'enrolled');
  screen.line();
  screen.line(screen.paint('bold', 'Result'));
  for (const { outcome, reason, profile, workflowId, evidence } of enrolments) {
    screen.fact(profile, screen.paint(outcome === 'enrolled' ? 'green' : 'red', `${outcome} (${reason})`));
    screen.fact('workflow', workflowId);
    screen.fact('evidence', evidence);
  }
  answer = { outcome: other?.outcome ?? 'enrolled', enrolments };
  return other === undefined;
}

/** Says what went wrong, and returns the exit code. */
function failed(error: unknown): number {
  const known = error instanceof VideoIdError;
  const words = known
    ? [`${error.code}: ${error.message}`, error.remedy]
    : [error instanceof Error ? error.message : String(error)];
  screen.line();
  screen.line(screen.paint('red', words.filter(Boolean).join('\n')));
  answer = { error: known ? error : { message: words[0] } };
  return 1;
}

const code = await main().catch(failed);
if (json && answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
// A request that Ctrl-C interrupted would keep the process alive.
process.exit(code);
