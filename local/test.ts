/**
 * Program: `npm test`. Checks the sources, gets a Temporal server and the outside tools, and runs the tests. With `--all`, it also runs
 * the proofs: `test/proof/`, and `*.proof.test.ts`. They kill programs, fill disks and cut connections, or take long. With `--thorough`,
 * it runs what takes minutes too.
 * With `--like FILE`, it runs only the end-to-end tests of what a probe tries, against a sandbox that is like the provider that the probe
 * has seen. With `--distributed`, it runs only the proofs of crashes, on PostgreSQL and S3, with two workers and two gateways that share
 * nothing else.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative, resolve as absolute } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readProbeFile } from '../sandbox/like/probe-file.js';
import { CHECKS } from './checks.js';
import { COMBINATION_VARIABLE, type Combination } from './combination.js';
import { type OutsideTool, type OutsideToolName, outsideTool } from './outside-tools.js';
import { PROJECT } from './project.js';
import { openScreen } from './screen.js';
import { findServers } from './servers/find-servers.js';
import { findTemporalBinary } from './temporal-binary.js';
import { openTestFolder } from './test-folder.js';

interface Count {
  passed: number;
  failed: number;
}

/** What we read of jest's `--json` file. */
const reportSchema = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
  testResults: z.array(z.object({ name: z.string(), startTime: z.number(), endTime: z.number() })),
});

/** How many of the slowest files are named. */
const SLOWEST = 10;

/** The tools that tests call. Only pictures need more. */
const TOOLS: OutsideToolName[] = ['pdfsig', 'pyhanko'];
/** The tests that `--like` runs: of signing, codes, review, cleaning and verification. */
const LIKE_TESTS = String.raw`end-to-end/(signed|codes|sign-answers|review|cleanup|verification|archived-files)\.test\.ts$`;
/** The proofs that `--distributed` runs: the crash matrix and the soak. */
const DISTRIBUTED_TESTS = String.raw`proof/(crash|enrolment-crash|soak)\.test\.ts$`;
const COMPILED = join(PROJECT, 'node_modules', '.cache', 'node-compile-cache');
const screen = openScreen(process.stdout);
const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    thorough: { type: 'boolean', default: false },
    only: { type: 'string' },
    like: { type: 'string' },
    distributed: { type: 'boolean', default: false },
  },
});
const like = values.like === undefined ? undefined : absolute(process.env['INIT_CWD'] ?? process.cwd(), values.like);
const only = like === undefined ? (values.only ?? (values.distributed ? DISTRIBUTED_TESTS : undefined)) : LIKE_TESTS;
const withProofs = values.all || values.thorough || only !== undefined;
const withThorough = values.thorough || only !== undefined;

if (like !== undefined) readProbeFile(like); // a file that cannot be used is told before anything is built
const tools = getTools();
const checked = like === undefined ? await check() : { passed: 0, failed: 0 };
await showTools();
const counts = [checked, await test()];
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
screen.line();
screen.line(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function check(): Promise<Count> {
  screen.line(screen.paint('bold', 'Checks'));
  const count = { passed: 0, failed: 0 };
  for (const { name, run } of CHECKS) {
    try {
      await screen.step(name, async () => {
        const result = await run();
        if (!result.passed) throw new Error(result.printed);
      });
      count.passed += 1;
    } catch (error) {
      count.failed += 1;
      screen.line(error instanceof Error ? error.message : String(error));
    }
  }
  return count;
}

/**
 * Tests check our files with programs of others. These are installed one after the other, while the sources are checked. Installing waits
 * for the network, and the checks need the processor.
 */
function getTools(): Map<OutsideToolName, { ready: Promise<OutsideTool>; say: (line: string) => void }> {
  const all: ReturnType<typeof getTools> = new Map();
  let before: Promise<unknown> = Promise.resolve();
  for (const name of TOOLS) {
    const getting = {
      say: (_line: string): void => undefined,
      ready: before.then(async () => outsideTool(name, (line) => getting.say(line))),
    };
    before = getting.ready.catch(() => undefined); // `showTools` reports it
    all.set(name, getting);
  }
  return all;
}

/** A missing program is reported here. The tests that need it fail. */
async function showTools(): Promise<void> {
  screen.line();
  screen.line(screen.paint('bold', 'Outside tools'));
  for (const [name, getting] of tools) {
    try {
      const tool = await screen.step(name, async (report) => {
        getting.say = report;
        return getting.ready;
      });
      screen.fact(name, [tool.command, ...tool.arguments].join(' '));
    } catch (error) {
      screen.line(error instanceof Error ? error.message : String(error));
    }
  }
}

async function test(): Promise<Count> {
  screen.line();
  screen.line(screen.paint('bold', 'Servers'));
  // Programs that tests start many times are compiled once. A Temporal server has less work if it collects garbage less often.
  const environment: NodeJS.ProcessEnv = {
    NODE_COMPILE_CACHE: COMPILED,
    GOGC: '1000',
    GOMEMLIMIT: '1GiB',
    ...process.env,
    SANDBOX_LIKE: like,
    ...(values.distributed && { [COMBINATION_VARIABLE]: 'distributed' satisfies Combination }),
  };
  let projects =
    like === undefined
      ? ['unit', 'server', ...(withProofs ? ['proof'] : []), ...(withThorough ? ['thorough'] : [])]
      : ['server'];
  const count = { passed: 0, failed: 0 };
  try {
    if (environment['TEMPORAL_ADDRESS']) screen.fact('TEMPORAL_ADDRESS', environment['TEMPORAL_ADDRESS']);
    else {
      screen.fact('TEMPORAL_ADDRESS', 'not set');
      environment['TEMPORAL_CLI_PATH'] = (await findTemporalBinary({ environment, screen })).path;
    }
  } catch (error) {
    screen.line(error instanceof Error ? error.message : String(error));
    screen.line('Tests that need the server are not run; that counts as one failure.');
    count.failed += 1;
    projects = ['unit'];
  }
  if (like === undefined && withProofs) Object.assign(environment, await findServers(environment, screen));
  screen.line();
  screen.line(screen.paint('bold', 'Tests'));
  const args = ['--selectProjects', ...projects, ...(only === undefined ? [] : ['--testPathPatterns', only])];
  const tests = await runJest(args, environment);
  return { passed: count.passed + tests.passed, failed: count.failed + tests.failed };
}

async function runJest(args: string[], environment: NodeJS.ProcessEnv): Promise<Count> {
  const folder = openTestFolder();
  if (folder.inMemory) screen.fact('temporary files', `in memory, ${folder.path}`);
  const reportFile = join(folder.path, 'report.json');
  try {
    const jest = join(PROJECT, 'node_modules', 'jest', 'bin', 'jest.js');
    const child = spawn(process.execPath, [jest, '--json', `--outputFile=${reportFile}`, ...args], {
      cwd: PROJECT,
      env: { ...environment, TMPDIR: folder.path },
      // Jest writes its messages to standard error. Its standard output only names the report.
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    process.once('SIGTERM', () => child.kill());
    // Ctrl-C reaches jest too. When it ends, we end.
    process.once('SIGINT', () => {});
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return countOf(reportFile, code);
  } finally {
    folder.remove();
  }
}

function countOf(reportFile: string, code: number | null): Count {
  let report: z.output<typeof reportSchema>;
  try {
    report = reportSchema.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  } catch {
    screen.line(`Jest ended with code ${code} and left no report; that counts as one failure.`);
    return { passed: 0, failed: 1 };
  }
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites, success } = report;
  nameSlowest(report.testResults);
  if (numPendingTests > 0) screen.line(`${numPendingTests} skipped`);
  const failures = numFailedTests + numRuntimeErrorTestSuites;
  return { passed: numPassedTests, failed: success && code === 0 ? failures : Math.max(1, failures) };
}

function nameSlowest(files: z.output<typeof reportSchema>['testResults']): void {
  const timed = files.map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }));
  screen.line();
  screen.line(screen.paint('bold', 'Slowest files'));
  for (const { name, seconds } of timed.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)) {
    screen.line(`  ${seconds.toFixed(1).padStart(6)} s  ${relative(PROJECT, name)}`);
  }
}
