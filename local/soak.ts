/** Program: `npm run soak`. Many requests with simulated people, faults and kills, all drawn from a seed. Then it checks every request. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Flow } from '../src/messages/request.js';
import { drawPlan } from './soak/plan.js';
import { soak } from './soak/soak.js';
import type { Summary } from './soak/summary.js';

interface Flags {
  requests: number;
  seed: number;
  minutes?: number;
  flow?: Flow;
  distributed?: boolean;
  json?: boolean;
  keep?: boolean;
}

/** Seconds between two starts if no length is given. */
const PACE = 1.2;

function whole(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1');
  return number;
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('a number above 0');
  return number;
}

async function main({
  requests,
  seed,
  minutes = (requests * PACE) / 60,
  flow,
  distributed = false,
  json = false,
  keep = false,
}: Flags): Promise<void> {
  const report = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'videoid-soak-'));
  // The exit handler stops what was started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const plan = drawPlan({ seed, requests, minutes, flow, combination: distributed ? 'distributed' : 'single' });
  report(`${requests} requests in ${minutes.toFixed(1)} minutes, seed ${seed}, in ${directory}`);
  try {
    const summary = await soak(plan, directory, report);
    if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
    else for (const line of inWords(summary)) report(line);
    process.exitCode = summary.broken.length === 0 ? 0 : 1;
  } finally {
    if (keep) report(`Kept: ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
}

function inWords({
  seed: _seed,
  requests,
  enrolments,
  seconds,
  longestHistory,
  pdfsig,
  broken,
  ...counted
}: Summary): string[] {
  const lines = ['', `${requests} requests, ${enrolments} of them enrolments, in ${seconds} s`];
  for (const [name, counts] of Object.entries(counted)) {
    lines.push('', name, ...Object.entries(counts).map(([what, count]) => `  ${String(count).padStart(5)}  ${what}`));
  }
  lines.push('', `longest history ${longestHistory} events, ${pdfsig} files checked by pdfsig`, '');
  for (const { reference, what, story } of broken)
    lines.push(`✗ ${reference}: ${what}`, ...story.map((line) => `    ${line}`), '');
  lines.push(
    broken.length === 0
      ? 'Nothing broke.'
      : `${broken.length} broken. Repeat: npm run soak -- ${process.argv.slice(2).join(' ')}`,
  );
  return lines;
}

await new Command('soak')
  .description('runs many requests with simulated people, faults and kills from a seed, then checks every request')
  .requiredOption('--requests <number>', 'how many requests', whole)
  .option('--seed <number>', 'the same seed draws the same plan', whole, 1)
  .option('--minutes <number>', 'how long it starts requests and makes trouble', positive)
  .addOption(new Option('--flow <flow>', 'only requests of this flow').choices(['signature', 'enrolment']))
  .option('--distributed', 'the archive on PostgreSQL and S3, with two gateways, and kills of all of them')
  .option('--json', 'print the summary as one line of JSON, and progress to standard error')
  .option('--keep', 'keep the logs, the archive and the Temporal server’s database')
  .action(main)
  .parseAsync();
