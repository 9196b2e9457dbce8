/** This many successive looks that got an answer, without a change in any request. */
const STILL = 40;
/** This many successive looks without an answer. */
const UNANSWERED = 100;
/** The total of looks with an answer. A request that changes forever does not end either. */
const ALL = 250;

interface Looks {
  still: number;
  unanswered: number;
  all: number;
}

/**
 * Decides when the open requests will never end. It counts looks, not seconds, because a busy machine makes both the requests
 * and the looks slower.
 */
export class Patience {
  private readonly open = new Map<string, Looks>();

  /** Notes a look at a request that has not ended. */
  looked(reference: string, seen: 'change' | 'nothing new' | 'no answer'): void {
    const looks = this.open.get(reference) ?? { still: 0, unanswered: 0, all: 0 };
    this.open.set(reference, looks);
    if (seen === 'no answer') {
      looks.unanswered += 1;
      return;
    }
    looks.unanswered = 0;
    looks.all += 1;
    looks.still += 1;
    if (seen === 'change') for (const each of this.open.values()) each.still = 0;
  }

  ended(reference: string): void {
    this.open.delete(reference);
    for (const each of this.open.values()) each.still = 0;
  }

  /** Forgets the looks that were made during trouble. */
  begin(): void {
    this.open.clear();
  }

  get isLost(): boolean {
    const open = [...this.open.values()];
    if (open.length === 0) return false;
    return (
      open.every(({ still, unanswered }) => still >= STILL || unanswered >= UNANSWERED) ||
      open.some(({ all, unanswered }) => all >= ALL || unanswered >= UNANSWERED)
    );
  }
}
