import type { Command } from 'commander';
import type { Condition, Why } from '../client.js';
import type { Outage } from '../messages/conditions.js';
import { moment } from '../messages/moments.js';
import { sayWrongClock } from './clock-words.js';
import { type AttemptFlag, define, defineRequest, withAttempt, withClient } from './command.js';
import { ago, columns, readable } from './layout.js';
import { endLines, remedyLines } from './request-words.js';

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
    'show why many requests wait: each Optimizer that does not answer, and callbacks that come with a wrong token',
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
  'under-way': 'it goes on by itself now',
  retrying: 'it is tried again by itself',
  attention: 'it needs a person',
  silent: 'no worker answers for it',
  ended: 'it has ended',
  deleted: 'it was deleted',
  'not-started': 'Temporal does not run it',
};

/** A wait with a code is not normal: the last order was refused, or something is missing. */
function stateWords({ state, code }: Why): string {
  const words = state === 'waiting' && code !== undefined ? 'it waits for another try' : STATE_WORDS[state];
  return code === undefined ? words : `${words} (${code})`;
}

function whyLines(why: Why, now: number): string[] {
  const { tried, outage, provider } = why;
  const facts: string[][] = [
    ['Request', `${why.reference}, attempt ${why.attempt}`],
    ['Why', readable(why.words, now)],
    ['State', stateWords(why)],
    ['Since', ago(why.since, now)],
  ];
  if (provider !== undefined) {
    const { status, readAt, newerAwaited } = provider;
    facts.push(['Provider', `${status ?? 'says nothing'}, as read at ${ago(readAt, now)}`]);
    if (newerAwaited) facts.push(['', 'A newer read was asked for. Ask again in a moment.']);
  }
  if (tried !== undefined && why.state !== 'waiting') {
    const again = tried.nextTry === undefined ? '' : `, again at ${moment(tried.nextTry)}`;
    const running = tried.runningSince === undefined ? '' : `, running since ${moment(tried.runningSince)}`;
    facts.push(['Tried', `${tried.times} time(s)${running}${again}`]);
  }
  if (outage !== undefined) facts.push(['Outage', outageWords(outage, now)], ['', 'See videoid conditions']);
  return [...columns([...facts, ...endLines(why.endsBy, now)]), ...remedyLines(why.remedies, now)];
}

function outageWords({ code, environment, optimizer, since, words }: Outage, now: number, lasting = true): string {
  const trouble = lasting ? 'is out of reach' : 'does not answer';
  return `${optimizer} (${environment}) ${trouble} since ${ago(since, now)}: ${words} (${code})`;
}

/** One or two lines for each. Also shown above lists. */
export function conditionLines(conditions: readonly Condition[], now: number): string[] {
  return conditions.flatMap((condition) =>
    condition.what === 'callbacks'
      ? [readable(condition.words, now), `  ${condition.remedy}`]
      : [
          outageWords(condition, now, condition.lasting),
          condition.lasting
            ? `  ${condition.waiting} request(s) wait for it. They go on by themselves when it answers. If it does not, check the network and its address.`
            : '  It is tried again. Nobody needs to act yet.',
        ],
  );
}
