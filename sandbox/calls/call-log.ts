import { join } from 'node:path';
import { Journal } from '../state/journal.js';

/** How a call ended: an HTTP status, or `cut` if the caller got no answer. */
export type CallEnd = number | 'cut';

/** One line of the journal: a call came in, or ended. */
export type CallEntry =
  | { at: string; call: number; endpoint: string; request?: number; faults?: string[] }
  | { at: string; call: number; end: CallEnd; request?: number };

/** Calls of one endpoint: how many came in, and how they ended. */
export interface CallCount {
  received: number;
  ended: Record<string, number>;
}

export type CallCounts = Record<string, CallCount>;

/** Every call that came in, by endpoint and by request. The log survives restarts. */
export class CallLog {
  private readonly total: CallCounts = {};
  private readonly perRequest = new Map<number, CallCounts>();
  private readonly open = new Map<number, { endpoint: string; request?: number }>();
  private readonly journal: Journal<CallEntry>;
  private lastCall = 0;

  constructor(stateFolder: string) {
    this.journal = new Journal<CallEntry>(join(stateFolder, 'calls.jsonl'), (entry) => this.count(entry));
  }

  /** A call came in. Returns its number. */
  received(endpoint: string, request: number | undefined, faults: string[]): number {
    const call = this.lastCall + 1;
    this.add({
      at: new Date().toISOString(),
      call,
      endpoint,
      ...(request === undefined ? {} : { request }),
      ...(faults.length === 0 ? {} : { faults }),
    });
    return call;
  }

  /** A call ended. For create, `request` is known only now. */
  ended(call: number, end: CallEnd, request: number | undefined): void {
    this.add({ at: new Date().toISOString(), call, end, ...(request === undefined ? {} : { request }) });
  }

  all(): CallCounts {
    return this.total;
  }

  ofRequest(pk: number): CallCounts {
    return this.perRequest.get(pk) ?? {};
  }

  /** The newest journal lines, oldest first. */
  newest(limit: number): readonly unknown[] {
    return this.journal.newest().slice(-limit);
  }

  private add(entry: CallEntry): void {
    this.count(entry);
    this.journal.add(entry);
  }

  private count(entry: CallEntry): void {
    this.lastCall = Math.max(this.lastCall, entry.call);
    if ('endpoint' in entry) {
      this.open.set(entry.call, entry);
      countOf(this.total, entry.endpoint).received += 1;
      if (entry.request !== undefined) countOf(this.ofOne(entry.request), entry.endpoint).received += 1;
      return;
    }
    const begun = this.open.get(entry.call);
    if (begun === undefined) return;
    this.open.delete(entry.call);
    bump(countOf(this.total, begun.endpoint), entry.end);
    const request = begun.request ?? entry.request;
    if (request === undefined) return;
    const count = countOf(this.ofOne(request), begun.endpoint);
    if (begun.request === undefined) count.received += 1;
    bump(count, entry.end);
  }

  private ofOne(request: number): CallCounts {
    const counts = this.perRequest.get(request) ?? {};
    this.perRequest.set(request, counts);
    return counts;
  }
}

function countOf(counts: CallCounts, endpoint: string): CallCount {
  return (counts[endpoint] ??= { received: 0, ended: {} });
}

function bump(count: CallCount, end: CallEnd): void {
  count.ended[String(end)] = (count.ended[String(end)] ?? 0) + 1;
}
