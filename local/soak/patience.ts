/** Looks in a row, answered, at which no request had changed. */
const STILL = 40;
/** Looks in a row that were not answered. */
const UNANSWERED = 100;
/** Answered looks altogether: a request that changes without end does not end either. */
const ALL = 250;

interface Looks {
  still: number;
  unanswered: number;
  all: number;
}

/**
 * When there is no hope that the requests still open will end. It counts looks, not seconds: on a busy machine both what
 * happens and the looks at it take longer.
 */
export class Patience {
  private readonly open = new Map<string, Looks>();

  /** Somebody looked at a request that has not ended. */
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

  /** Forgets what was while there was trouble. */
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
