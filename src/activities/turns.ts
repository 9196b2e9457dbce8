/** Lets callers of one name go one after the other; others are not held up. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  take<T>(name: string, run: () => Promise<T>): Promise<T> {
    const mine = (this.last.get(name) ?? Promise.resolve()).then(run, run);
    this.last.set(name, mine);
    return mine;
  }
}
