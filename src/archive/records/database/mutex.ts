/** One holder at a time, in the order of asking. */
export class Mutex {
  #held = false;
  readonly #waiting = new Set<() => void>();

  /**
   * Waits for the turn. The holder must call `release`.
   *
   * @param milliseconds how long at most
   * @returns false if the time was over before
   */
  async take(milliseconds: number): Promise<boolean> {
    if (!this.#held) {
      this.#held = true;
      return true;
    }
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(enter);
        resolve(false);
      }, milliseconds);
      const enter = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      this.#waiting.add(enter);
    });
  }

  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#held = false;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
