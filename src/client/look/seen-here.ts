import type { RequestRecord } from '../../archive/request-record.js';
import type { Config } from '../../config/schema.js';
import type { FailedTry } from '../../messages/journal.js';
import { sentence } from '../../messages/sentences.js';
import type { Attention, PresentStatus } from '../../messages/status.js';
import { failureOf } from '../running/access.js';
import { PAUSED_ENDS_BY, pausedWords } from './paused.js';
import type { PendingWork } from './pending-work.js';
import { lackOfSettings } from './settings-lack.js';

/** What is known about the tries of the step that is carried out. */
export interface Tries {
  /** From the archive. */
  failed?: FailedTry | undefined;
  /** From Temporal, if it was asked. */
  pending?: PendingWork | undefined;
}

/**
 * A running request as this process sees it: what its rows say, and what only Temporal, the record or the settings know. Every screen and
 * call shows it so.
 */
export function seenHere<Status extends PresentStatus>(
  config: Config,
  record: RequestRecord,
  status: Status,
  tries: Tries,
): Status {
  const { attention } = status;
  if (tries.pending?.steps.some(({ paused }) => paused))
    return { ...withAttention(status, pausedStep(status)), endsBy: PAUSED_ENDS_BY };
  const failed = failedTry(status, tries);
  if (attention !== undefined)
    return withAttention(status, present(record, attention, isTried(status, attention, failed) ? failed : undefined));
  if (failed !== undefined) return { ...status, failing: failureOf(failed) };
  const lack = lackOfSettings(config, record, status);
  return lack === undefined ? status : { ...withAttention(status, lack.attention), endsBy: lack.endsBy };
}

/** The archive may be late. Then Temporal knows the failure. */
function failedTry({ since }: PresentStatus, { failed, pending }: Tries): FailedTry | undefined {
  const [step] = pending?.steps ?? [];
  if (failed !== undefined || step?.failure === undefined) return failed;
  return { step: step.step, ...step.failure, since: step.since ?? since, tries: step.tries };
}

/** Adds when the provider is read next. It changes with each read, so it is no news for those who watch. */
export function withNextRead<Status extends PresentStatus>(status: Status, { steps: [step] }: PendingWork): Status {
  if (step?.step !== 'watch' || step.nextTry === undefined || step.paused) return status;
  const next = `a callback of the provider, or the next read of the request at ${step.nextTry}`;
  return { ...status, endsBy: [...status.endsBy, next] };
}

/** The words of the request contain those of its attention. */
function withAttention<Status extends PresentStatus>(status: Status, attention: Attention): Status {
  const before = status.attention?.words;
  const words = before === undefined ? attention.words : status.words.replace(before, () => attention.words);
  return { ...status, attention, words, cause: attention.code };
}

/** Whether the step in attention keeps trying, or tries again because somebody has decided so. */
function isTried(
  { underWay }: PresentStatus,
  { awaits, step: name }: Attention,
  failed: FailedTry | undefined,
): boolean {
  return awaits === 'next-try' || (awaits === 'operator' && underWay !== undefined && failed?.step === name);
}

/** While a step tries, its failure may have changed since the attention began. Only the archive has a document's name. */
function present({ documents }: RequestRecord, attention: Attention, failed: FailedTry | undefined): Attention {
  const newer = failed === undefined ? attention : failureOf(failed);
  const document = documents.find(({ index }) => index === attention.facts?.['document']);
  const named = document === undefined ? [] : [`Document ${document.index} is "${document.name}".`];
  return { ...attention, code: newer.code, words: [sentence(newer.words), ...named].join(' ') };
}

function pausedStep({ attention, since }: PresentStatus): Attention {
  return {
    step: 'wait',
    code: 'STEP_FAILED',
    words: pausedWords('a step of the request'),
    since,
    tries: 1,
    awaits: 'people',
    leavesByItself: false,
    remedies: attention?.remedies ?? [],
  };
}
