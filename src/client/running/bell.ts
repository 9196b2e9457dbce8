/** Wakes one who waits. If it rings before the wait begins, the wait is over at once. */
export class Bell {
  #rung = false;
  #waiting: (() => void) | undefined;

  readonly ring = (): void => {
    this.#rung = true;
    this.#waiting?.();
  };

  /** Forgets that it rang. To be called before looking for what it may ring about. */
  still(): void {
    this.#rung = false;
  }

  /** Waits until it rings. @param within milliseconds, at most */
  async rung(within?: number): Promise<void> {
    if (this.#rung) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting = resolve;
    const timer = within === undefined ? undefined : setTimeout(resolve, within);
    await promise;
    clearTimeout(timer);
    this.#waiting = undefined;
  }
}
