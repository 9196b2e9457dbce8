/** Program: `npm start`. The local stack, and sample requests through it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SandboxClient } from '../sandbox/client/sandbox-client.js';
import { openArchive } from '../src/archive/open-archive.js';
import { VideoIdClient } from '../src/client.js';
import { loadConfig } from '../src/config.js';
import { VideoIdError } from '../src/messages/failures.js';
import { PROJECT, stateDirectory } from './project.js';
import { type EnrolmentResult, runEnrolments } from './sample/enrolments.js';
import type { SamplePlace } from './sample/follow.js';
import { runSample, type SampleResult } from './sample/request.js';
import { openScreen } from './screen.js';
import { stopEverything } from './service.js';
import { type Stack, startStack } from './stack.js';
import { IN_USE, StateInUse } from './lock.js';

/** The exit code after a signal. */
const INTERRUPTED = 130;
const USAGE = `npm start [-- [--flow FLOW] [--exit] [--json] FILE.pdf …]

  --flow   signature (the default): a request that signs the named PDFs, or one of samples/
           enrolment: one enrolment of a natural person and one of an organisation; takes no files
  --exit   stop everything afterwards; exit code 0 only if all files were signed and verified, or both were enrolled
  --json   the last line of standard output is the result as JSON; everything else goes to standard error:
           signature {"outcome", "reference", "workflowId", "documents", "contract", "durations"}
           enrolment {"outcome", "enrolments": [{"outcome", "reason", "profile", "reference", "workflowId", "evidence",
           "durations"}]}; the first outcome is "enrolled" if both are, else that of the first one that is not
           a failure {"error": {"code", "message", "remedy"}}; only our own failures have a code

Exit codes: 0 done, 1 failed, ${IN_USE} another local stack uses the same state (VIDEOID_STATE), ${INTERRUPTED} stopped by a signal`;

/** Kept for the end, because it must be the last line. */
let answer: object | undefined;
/** Signals within this time are one. Milliseconds. */
const TWICE = 1000;
/** How long programs may take to end if the start is interrupted, in milliseconds. */
const GRACE = 10_000;
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
  const stack = await Promise.race([startStack(stateDirectory(), screen), signals.asked]);
  if (stack === INTERRUPTED) {
    await screen.step('stopping', async () => stopEverything(GRACE));
    return INTERRUPTED;
  }
  try {
    const code = await Promise.race([carry(stack, sample, options.flow).catch(failed), signals.asked]);
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

/** Handles Ctrl-C and similar signals. The first asks us to stop, a later one ends us at once. */
class Signals {
  readonly asked: Promise<typeof INTERRUPTED>;

  constructor() {
    this.asked = new Promise((done) => {
      let first: number | undefined;
      const asked = (): void => {
        // One Ctrl-C arrives twice: from the terminal, and from npm.
        if (first !== undefined && Date.now() - first > TWICE) process.exit(INTERRUPTED);
        first ??= Date.now();
        done(INTERRUPTED);
      };
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked);
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
  const archive = await openArchive(config.archive);
  try {
    await showOpen(client);
    screen.line();
    screen.line(screen.paint('bold', flow === 'enrolment' ? 'Sample enrolments' : 'Sample request'));
    const place = {
      client,
      archive,
      provider: new SandboxClient(stack.sandbox),
      screen,
    };
    const name = `sample-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;
    return (await sample(place, name)) ? 0 : 1;
  } finally {
    await archive.close();
    await client.close();
  }
}

/** Requests of earlier starts continue without help. */
async function showOpen(client: VideoIdClient): Promise<void> {
  const { requests: open } = await client.list({ state: 'running' });
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
  const said = saidBy(error);
  screen.line();
  screen.lines('red', [said.message, said.remedy].filter(Boolean).join('\n'));
  answer = { error: said.json };
  return error instanceof StateInUse ? IN_USE : 1;
}

function saidBy(error: unknown): { message: string; remedy?: string | undefined; json: object } {
  if (error instanceof VideoIdError)
    return { message: `${error.code}: ${error.message}`, remedy: error.remedy, json: error };
  if (error instanceof StateInUse) {
    const { message, remedy } = error;
    return { message, remedy, json: { message, remedy } };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, json: { message } };
}

const code = await main().catch(failed);
if (json && answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
// A request that Ctrl-C interrupted would keep the process alive.
process.exit(code);
