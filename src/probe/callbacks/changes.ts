import { PROVIDER_STATUSES } from '../../messages/request.js';
import type { ProbeFile, Shape } from '../file.js';
import { succeeded } from '../seen.js';

/** A change of a request's status. */
export interface Change {
  subject: string;
  status: string;
  /** When the probe first knew of it: the end of the call that caused it, or of the first read that showed it. */
  at: number;
  by: 'call' | 'read';
  /** The number of that exchange. */
  exchange: number;
  /** Whether a read showed it. A call may have been carried out in another way than documented. */
  shown: boolean;
}

/** Calls with the status that the documents promise after them (§4, §6, §8). */
const CAUSES: readonly [method: string, path: RegExp, status: string][] = [
  ['POST', /\/(?:approve|pl_approve|validate_videoid)\/?$/, 'ENROLLREADY'],
  ['POST', /\/(?:refuse|refuse_videoid)\/?$/, 'CANCELLED'],
  ['DELETE', /\/(?:request\/[^/]+|cancel)\/?$/, 'CANCELLED'],
  ['POST', /\/sign(?:\/[^/]*)?\/?$/, 'ISSUED'],
];

/** Reads of a request, of both APIs. */
const REQUEST = /\/requests?\/\{[^/]+\}\/?$/;

/** The first time that each request had each status, in the order in which the probe learned of it. */
export function changesIn({ exchanges }: Pick<ProbeFile, 'exchanges'>): Change[] {
  const changes: Change[] = [];
  const created = new Map<string, Pick<Change, 'at' | 'exchange'>>();
  for (const exchange of exchanges) {
    const { answer, step, method, path, occasion, number } = exchange;
    if (answer === undefined) continue;
    const subject = subjectOf(step);
    const now = { at: exchange.at + answer.after, exchange: number };
    if (!succeeded(exchange)) continue;
    const isCreate = occasion.startsWith('create');
    if (isCreate && !created.has(subject)) created.set(subject, now);
    const caused = CAUSES.find(([by, where]) => by === method && where.test(path))?.[2];
    const status = caused ?? (method === 'GET' && REQUEST.test(path) ? statusIn(answer.body) : undefined);
    if (status === undefined) continue;
    const known = changes.find((change) => change.subject === subject && change.status === status);
    const shown = caused === undefined;
    if (known === undefined) {
      const isFirst = !changes.some((change) => change.subject === subject);
      // What the first read shows has been so since create.
      const since = isFirst && shown ? created.get(subject) : undefined;
      changes.push({ subject, status, ...(since ?? now), by: since !== undefined || !shown ? 'call' : 'read', shown });
    } else if (shown) known.shown = true;
  }
  return changes;
}

/** Which of the probe's requests a step is about. */
export function subjectOf(step: string): string {
  return /^(second|third)(?:-|$)/.exec(step)?.[1] ?? 'main';
}

/** The status of a request in the answer to a read. That of a certificate is none. */
function statusIn(shape: Shape | undefined, name = '', depth = 0): string | undefined {
  if (shape === undefined || depth > 4) return undefined;
  if (shape.type === 'string') {
    const { is = '' } = shape;
    const isStatus = PROVIDER_STATUSES.some((status) => status === is);
    return isStatus || (name === 'status' && /^[A-Z][A-Z_]{2,39}$/.test(is)) ? is : undefined;
  }
  if (shape.type !== 'object') return undefined;
  const { status, ...fields } = shape.fields;
  return [['status', status] as const, ...Object.entries(fields)]
    .filter(([field]) => field !== 'certificates' && field !== 'previous_status')
    .map(([field, inner]) => statusIn(inner, field, depth + 1))
    .find((found) => found !== undefined);
}
