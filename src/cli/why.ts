import type { Command } from 'commander';
import type { Condition, Why } from '../client.js';
import { sayWrongClock } from './clock-words.js';
import { sentence } from '../security/key-failures.js';
import { type AttemptFlag, define, defineRequest, withAttempt, withClient } from './command.js';
import { columns, moment, span } from './layout.js';

/** Commands for the cause of a wait, of one request or of many. */
export const WHY_COMMANDS = { why: whyCommand, conditions: conditionsCommand };

function whyCommand(program: Command): void {
  withAttempt(
    defineRequest<AttemptFlag>(
      program,
      'why <reference>',
      'show why a request waits, and which commands help. Works also for ended requests, and without a worker',
      async ({ client, screen, reference, flags }) => {
        const why = await screen.during('Looking for the cause', client.why(reference, flags));
        const now = await client.now();
        screen.answer(why, whyLines(why, now));
        sayWrongClock(screen, now);
      },
    ),
  );
}

function conditionsCommand(program: Command): void {
  define(
    program,
    'conditions',
    'show why many requests wait: each Optimizer out of reach, and callbacks that come with a wrong token',
    async ({ screen }) =>
      await withClient(screen, async (client) => {
        const conditions = await screen.during('Looking', client.conditions());
        const lines = conditionLines(conditions, await client.now());
        const nothing = [
          'Nothing: every Optimizer answered when last asked, and callbacks come with the right tokens.',
        ];
        screen.answer({ conditions }, lines.length === 0 ? nothing : lines);
      }),
  );
}

const STATE_WORDS: Record<Why['state'], string> = {
  waiting: 'it waits, as normal',
  retrying: 'it is tried again by itself',
  attention: 'it needs a person',
  silent: 'no worker answers for it',
  ended: 'it has ended',
  'not-started': 'it was never handed to Temporal',
};

function whyLines(why: Why, now: number): string[] {
  const { tried, outage } = why;
  const facts: string[][] = [
    ['Request', `${why.reference}, attempt ${why.attempt}`],
    ['Why', why.words],
    ['State', [STATE_WORDS[why.state], why.code === undefined ? '' : ` (${why.code})`].join('')],
    ['Since', `${moment(why.since)} (${span(now - Date.parse(why.since))} ago)`],
  ];
  if (tried !== undefined) {
    facts.push(['Tried', `step ${tried.step}, ${tried.times} time(s)`]);
    if (tried.runningSince !== undefined) facts.push(['', `running since ${moment(tried.runningSince)}`]);
    if (tried.nextTry !== undefined) facts.push(['', `again at ${moment(tried.nextTry)}`]);
  }
  if (outage !== undefined) {
    facts.push(['Outage', `${outage.optimizer} is out of reach since ${moment(outage.since)}: videoid conditions`]);
  }
  for (const [at, end] of why.endsBy.entries()) facts.push([at === 0 ? 'Ends by' : '', end]);
  const lines = columns(facts);
  if (why.remedies.length === 0) return lines;
  return [
    ...lines,
    '',
    'Commands that help',
    ...why.remedies.flatMap(({ words, command }) => [`  ${command}`, `      ${words}`]),
  ];
}

/** One or two lines for each. Also shown above lists. */
export function conditionLines(conditions: readonly Condition[], now: number): string[] {
  return conditions.flatMap((condition) => {
    if (condition.what === 'callbacks') return [sentence(`${condition.words}.`), `  ${condition.remedy}`];
    const { code, environment, optimizer, since, words, waiting } = condition;
    return [
      `${optimizer} (${environment}) is out of reach since ${moment(since)}, ${span(now - Date.parse(since))} (${code}): ${words}`,
      `  ${waiting} request(s) wait for it. They go on by themselves when it answers.`,
    ];
  });
}
