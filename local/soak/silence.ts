import type { RequestStatus, Stage, Verb } from '../../src/messages/status.js';

/** Stages that wait for somebody outside the worker. */
const WAITS = new Set<Stage>(['video', 'validation', 'completing', 'review', 'acceptance', 'code', 'issuing']);
/** Verbs with which a request goes on. */
const BRINGING_ON = new Set<Verb>(['link', 'provide', 'approve', 'refuse', 'code', 'sign', 'resolve']);

/** What is wrong with a request that does not say what it waits for. Undefined if it says so. */
export function silence(status: RequestStatus): string | undefined {
  const { attention, deadline, endsBy, stage, underWay, verbs } = status;
  if (underWay !== undefined) return endsBy.length === 0 && WAITS.has(stage) ? `silent during: ${underWay}` : undefined;
  if (attention !== undefined) {
    if (attention.remedies.length === 0 || !verbs.includes('resolve'))
      return `attention ${attention.code} without a remedy`;
    return undefined;
  }
  if (!WAITS.has(stage)) return undefined;
  if (deadline === undefined && !verbs.some((verb) => BRINGING_ON.has(verb)))
    return `silent in the stage ${stage}: no attention, no deadline, no verb`;
  if (endsBy.length === 0) return `silent in the stage ${stage}: does not say what ends the wait`;
  return undefined;
}
