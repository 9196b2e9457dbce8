import type { Outcome } from '../messages/outcome.js';
import type { Changes } from '../client.js';
import type { RemedyCommand } from '../client/commands.js';
import { moment, withMoments } from '../messages/moments.js';
import type { Flow } from '../messages/request.js';
import { STAGE_ENTERED } from '../messages/feed.js';
import {
  type Attention,
  type PresentStatus,
  type NumberedEvent,
  type RequestStatus,
  STAGE_WORDS,
  STAGES,
} from '../messages/status.js';
import { ago, ahead, columns, readable } from './layout.js';

const FLOW_WORDS: Record<Flow, string> = { signature: 'Request', enrolment: 'Enrolment' };

/** One row for each value. */
function metadataLines({ metadata = {} }: RequestStatus): string[][] {
  return Object.entries(metadata).map(([name, value], at) => [at === 0 ? 'Metadata' : '', `${name} = ${value}`]);
}

/** A status for people: where it stands, why, what ends the wait, what they can do. */
export function statusLines(status: RequestStatus, remedies: readonly RemedyCommand[], now: number): string[] {
  const { attention, failing, provider, outcome } = status;
  const facts: string[][] = [
    ...(status.worker === 'away' ? [['Worker', awayWords(status, now)]] : []),
    ...(status.behind ? [['Behind', 'what was ordered is not written yet. Ask again in a moment.']] : []),
    [FLOW_WORDS[status.flow], `${status.reference}, attempt ${status.attempt}`],
    ...metadataLines(status),
    ['Stage', readable(stageWords(status), now)],
    ['Since', ago(status.since, now)],
  ];
  if (outcome !== undefined) facts.push(['Outcome', `${outcome.kind}, ${outcome.reason}`]);
  if (attention !== undefined)
    facts.push(['Attention', `${attention.code} since ${ago(attention.since, now)}. ${goesOnWords(attention)}`]);
  if (failing !== undefined) {
    facts.push(['Failing', `since ${ago(failing.since, now)}: ${failing.words} (${failing.code})`]);
    facts.push(['', 'It is tried again by itself.']);
  }
  facts.push(...endLines(status.endsBy, now));
  if (status.deadline !== undefined) facts.push(['Deadline', ahead(status.deadline, now)]);
  if (provider.status !== undefined) facts.push(['Provider', provider.status]);
  if (provider.requestPk !== undefined) {
    facts.push(['', `request_pk ${provider.requestPk}, videoid_pk ${provider.videoidPk ?? 'not known'}`]);
  }
  if (status.identity !== undefined) facts.push(['Identity', status.identity]);
  if (status.stage === 'review' && status.toReview !== undefined) {
    facts.push(['To read', `videoid declaration ${status.reference}`]);
    facts.push(['', `videoid contract ${status.reference} --save`]);
  }
  if (status.acceptedAt !== undefined) facts.push(['Accepted', moment(status.acceptedAt)]);
  if (status.code.notAccepted > 0) facts.push(['Codes', `${status.code.notAccepted} not accepted`]);
  const lines = [...columns(facts), ...remedyLines(remedies, now)];
  if (status.events.length > 0) lines.push('', 'What happened', ...eventLines(status.events));
  return lines;
}

/** What ends the wait, an item a line. */
export function endLines(ends: readonly string[], now: number): string[][] {
  return ends.map((end, at) => [at === 0 ? 'Ends by' : '', readable(end, now)]);
}

/** The commands that help, each with what it does. */
export function remedyLines(remedies: readonly RemedyCommand[], now: number): string[] {
  if (remedies.length === 0) return [];
  const lines = remedies.flatMap(({ words, command }) => [`  ${command}`, `      ${readable(words, now)}`]);
  return ['', 'What can be done now', ...lines];
}

function eventLines(events: readonly NumberedEvent[]): string[] {
  return columns(
    events.map(({ at, what, actor, channel, facts }) => [
      `  ${moment(at)}`,
      what,
      actor === undefined ? '' : [actor.kind, actor.id].filter(Boolean).join(' '),
      [...(channel === undefined ? [] : [['channel', channel] as const]), ...Object.entries(facts ?? {})]
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' '),
    ]),
  );
}

function goesOnWords({ awaits, tries }: Attention): string {
  switch (awaits) {
    case 'next-try':
      return `It is tried again by itself, ${tries} time(s) so far.`;
    case 'people':
      return 'It needs a person.';
    case 'operator':
      return "It waits for an operator's decision.";
  }
}

/** For a status that is old because no worker runs. */
export function awayWords({ asOf }: PresentStatus, now: number): string {
  return `No worker is running, so the request waits. This is how it stood at ${ago(asOf, now)}.`;
}

/** A line for each stage that was entered and left again since the last look. The status among the changes has the last one. */
export function stageLines(changes: Changes): string[] {
  const [status] = changes.flatMap((change) => ('status' in change ? [change.status] : []));
  return changes.flatMap((change) => {
    if (!('entry' in change) || change.entry.what !== STAGE_ENTERED) return [];
    const { at, facts } = change.entry;
    const stage = STAGES.find((each) => each === facts?.['stage']);
    if (stage === undefined || (status?.stage === stage && status.since === at)) return [];
    return [withMoments(`${at}  ${stageWords({ stage, words: STAGE_WORDS[stage] })}`)];
  });
}

/** One line for a change, as it happens. */
export function changeLine(status: PresentStatus): string {
  const line = withMoments(`${status.since}  ${stageWords(status)}`);
  return status.attention === undefined ? line : `${line} (${status.attention.code})`;
}

/** The words of an end begin with the stage. */
function stageWords({ stage, words }: Pick<RequestStatus, 'stage' | 'words'>): string {
  return stage === 'ended' ? words : `${stage}: ${words}`;
}

/** An outcome for people. */
export function outcomeLines(outcome: Outcome): string[] {
  const { reference, attempt, actor } = outcome;
  const facts = [
    ['Request', `${reference}, attempt ${attempt}`],
    ['Outcome', `${outcome.outcome}, ${outcome.reason}`],
    ['By', [actor.kind, actor.id].filter(Boolean).join(' ')],
    ...(outcome.note === undefined ? [] : [['In their words', outcome.note]]),
    ['At', moment(outcome.at)],
    ['Cleanup', outcome.cleanup],
    ...(outcome.leftOpen === true ? [['At the provider', 'still open']] : []),
    ...(outcome.notKnown === true ? [['At the provider', 'not known there']] : []),
  ];
  for (const { index, sha256, verification } of outcome.documents) {
    facts.push([`Document ${index}`, verificationWords(verification), sha256]);
  }
  if (outcome.contract !== undefined) {
    const { signed, sha256, verification } = outcome.contract;
    facts.push(['Contract', signed ? verificationWords(verification) : 'an unsigned copy', sha256]);
  }
  const lines = columns(facts);
  return [...lines, '', ...afterwards(outcome)];
}

function afterwards({ outcome, reason, reference, attempt }: Outcome): string[] {
  switch (outcome) {
    case 'signed':
      return [`Next: videoid documents ${reference} --save DIRECTORY`];
    case 'enrolled':
      return reason === 'enroll-ready'
        ? ['The provider has e-mailed the signer the link to pick up the certificate.']
        : ['The signer has picked up the certificate.'];
    case 'refused':
    case 'expired':
    case 'cancelled':
    case 'abandoned':
      return [`Next: videoid why ${reference} --attempt ${attempt} says how it can go on`];
  }
}

/** Never "valid": the provider and the trusted list decide that. */
export function verificationWords({ result, reasons }: { result: string; reasons: readonly string[] }): string {
  return reasons.length === 0 ? `verification ${result}` : `verification ${result}: ${reasons.join(', ')}`;
}
