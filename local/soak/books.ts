import type { FailureCode } from '../../src/messages/failures.js';

/** What a person did about one request, or was answered. */
export interface Deed {
  /** Milliseconds from the beginning of the soak. */
  at: number;
  what: string;
}

/** What is wrong, with the story that explains it. */
export interface Broken {
  reference: string;
  what: string;
}

/** What is recorded while a soak runs. */
export class Books {
  began = Date.now();
  readonly broken: Broken[] = [];
  readonly kills: Record<string, number> = {};
  readonly attentions: Record<string, number> = {};
  readonly refusals: Record<string, number> = {};
  readonly faults: Record<string, number> = {};
  started = 0;
  ended = 0;
  private readonly deeds = new Map<string, Deed[]>();

  /** Everything runs now. Times count from here. */
  begin(): void {
    this.began = Date.now();
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return Date.now() - this.began;
  }

  did(reference: string, what: string): void {
    const deeds = this.deeds.get(reference) ?? [];
    deeds.push({ at: this.now, what });
    this.deeds.set(reference, deeds);
  }

  deedsOf(reference: string): readonly Deed[] {
    return this.deeds.get(reference) ?? [];
  }

  broke(reference: string, what: string): void {
    if (this.broken.some((each) => each.reference === reference && each.what === what)) return;
    this.broken.push({ reference, what });
  }

  attention(code: FailureCode): void {
    count(this.attentions, code);
  }

  refused(code: FailureCode): void {
    count(this.refusals, code);
  }

  killed(victim: string): void {
    count(this.kills, victim);
  }

  met(fault: string, hits: number): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + hits;
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
