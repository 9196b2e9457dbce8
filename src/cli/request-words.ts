import type { Outcome } from '../messages/outcome.js';
import { reopenCommand, verbCommand } from '../client/commands.js';
import type { Flow } from '../messages/request.js';
import type { RequestEvent, RequestStatus } from '../messages/status.js';
import { columns, moment, span } from './layout.js';

const FLOW_WORDS: Record<Flow, string> = { signature: 'Request', enrolment: 'Enrolment' };

/** A status for people: where it stands, why, what ends the wait, what they can do. */
export function statusLines(status: RequestStatus, now: number): string[] {
  const { attention, provider, outcome } = status;
  const facts: string[][] = [
    [FLOW_WORDS[status.flow], `${status.reference}, attempt ${status.attempt}`],
    ['Stage', `${status.stage}: ${status.words}`],
    ['Since', `${moment(status.since)} (${span(now - Date.parse(status.since))} ago)`],
  ];
  if (outcome !== undefined) facts.push(['Outcome', `${outcome.kind}, ${outcome.reason}`]);
  if (attention !== undefined) {
    facts.push(['Attention', `${attention.code} at step ${attention.step}, tried ${attention.tries} time(s)`]);
    facts.push(['', attention.leavesByItself ? 'It is tried again by itself.' : 'It waits for a decision.']);
    facts.push(['Remedies', attention.remedies.join(', ')]);
  }
  for (const [at, end] of status.endsBy.entries()) facts.push([at === 0 ? 'Ends by' : '', end]);
  if (status.deadline !== undefined) {
    facts.push(['Deadline', `${moment(status.deadline)} (in ${span(Date.parse(status.deadline) - now)})`]);
  }
  if (provider.status !== undefined) facts.push(['Provider', provider.status]);
  if (provider.requestPk !== undefined) {
    facts.push(['', `request_pk ${provider.requestPk}, videoid_pk ${provider.videoidPk ?? 'not known'}`]);
  }
  if (status.identity !== undefined) facts.push(['Identity', status.identity]);
  if (status.stage === 'completing' && status.missing !== undefined) facts.push(['Missing', status.missing.join(', ')]);
  if (status.stage === 'review' && status.toReview !== undefined) {
    facts.push(['To read', `videoid declaration ${status.reference}`]);
    facts.push(['', `videoid contract ${status.reference} --save`]);
  }
  if (status.acceptedAt !== undefined) facts.push(['Accepted', moment(status.acceptedAt)]);
  if (status.code.notAccepted > 0) facts.push(['Codes', `${status.code.notAccepted} not accepted`]);
  const lines = columns(facts);
  // `show` without `--attempt` shows the latest attempt.
  const place = {
    reference: status.reference,
    attempt: status.attempt,
    latest: true,
    codeOut: status.stage === 'code',
    identity: status.identity,
    afterVideo: status.stage === 'review',
  };
  const verbs = status.verbs.map((verb) => `  ${verbCommand(verb, place)}`);
  if (verbs.length > 0) lines.push('', 'What can be done now', ...verbs);
  if (status.events.length > 0) lines.push('', 'What happened', ...eventLines(status.events));
  return lines;
}

function eventLines(events: readonly RequestEvent[]): string[] {
  return columns(
    events.map(({ at, what, actor, facts }) => [
      `  ${moment(at)}`,
      what,
      actor === undefined ? '' : [actor.kind, actor.id].filter(Boolean).join(' '),
      Object.entries(facts ?? {})
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' '),
    ]),
  );
}

/** One line for a change, as it happens. */
export function changeLine(status: RequestStatus): string {
  const since = moment(status.since);
  if (status.attention === undefined) return `${since}  ${status.stage}: ${status.words}`;
  return `${since}  ${status.stage}: attention ${status.attention.code}, ${status.words}`;
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

function afterwards({ outcome, reason, reference, leftOpen }: Outcome): string[] {
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
      return [
        ...(leftOpen === true ? [`To reopen it: ${reopenCommand(reference)} (no new video, no new bill)`] : []),
        `A new attempt: sign or enrol with --new-attempt --reference ${reference} (the provider bills again)`,
      ];
  }
}

/** Never "valid": the provider and the trusted list decide that. */
export function verificationWords({ result, reasons }: { result: string; reasons: readonly string[] }): string {
  return reasons.length === 0 ? `verification ${result}` : `verification ${result}: ${reasons.join(', ')}`;
}
