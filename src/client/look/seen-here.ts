import type { RequestRecord } from '../../archive/request-record.js';
import type { Config } from '../../config/schema.js';
import { sentence } from '../../messages/sentences.js';
import type { Attention, RequestStatus } from '../../messages/status.js';
import { PAUSED_ENDS_BY, pausedWords } from './paused.js';
import type { PendingStep, PendingWork } from './pending-work.js';
import { lackOfSettings } from './settings-lack.js';

/**
 * A running request as this process sees it: what it says itself, and what only Temporal, the archive or the settings know. Every
 * screen and call shows it so.
 */
export function seenHere(
  config: Config,
  record: RequestRecord,
  status: RequestStatus,
  { steps }: PendingWork,
): RequestStatus {
  const { attention } = status;
  if (steps.some(({ paused }) => paused))
    return { ...withAttention(status, pausedStep(status)), endsBy: PAUSED_ENDS_BY };
  const [step] = steps;
  if (attention !== undefined)
    return withAttention(status, present(record, attention, isTried(status, attention, step) ? step : undefined));
  if (step?.failure !== undefined) {
    const { code, words } = step.failure;
    return { ...status, failing: { code, words: sentence(words), since: step.since ?? status.since } };
  }
  const lack = lackOfSettings(config, record, status);
  return lack === undefined ? status : { ...withAttention(status, lack.attention), endsBy: lack.endsBy };
}

/** Adds when the provider is read next. It changes with each read, so it is no news for those who watch. */
export function withNextRead(status: RequestStatus, { steps: [step] }: PendingWork): RequestStatus {
  if (step?.step !== 'watch' || step.nextTry === undefined || step.paused) return status;
  const next = `a callback of the provider, or the next read of the request at ${step.nextTry}`;
  return { ...status, endsBy: [...status.endsBy, next] };
}

/** The words of the request contain those of its attention. */
function withAttention(status: RequestStatus, attention: Attention): RequestStatus {
  const before = status.attention?.words;
  const words = before === undefined ? attention.words : status.words.replace(before, () => attention.words);
  return { ...status, attention, words, cause: attention.code };
}

/** Whether the step in attention keeps trying, or tries again because somebody has decided so. */
function isTried(
  { underWay }: RequestStatus,
  { awaits, step: name }: Attention,
  step: PendingStep | undefined,
): boolean {
  return awaits === 'next-try' || (awaits === 'operator' && underWay !== undefined && step?.step === name);
}

/** While a step tries, its failure may have changed since the attention began. Only the archive has a document's name. */
function present({ documents }: RequestRecord, attention: Attention, step: PendingStep | undefined): Attention {
  const newer = step?.failure ?? attention;
  const document = documents.find(({ index }) => index === attention.facts?.['document']);
  const named = document === undefined ? [] : [`Document ${document.index} is "${document.name}".`];
  return { ...attention, code: newer.code, words: [sentence(newer.words), ...named].join(' ') };
}

function pausedStep({ attention, since }: RequestStatus): Attention {
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
