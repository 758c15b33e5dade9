/** A point in the code under test that a test can stop at. */
export class Pause {
  #released: Promise<void> = Promise.resolve();
  #reach: () => void = () => undefined;

  /** To be called by what is stopped. */
  pass(): Promise<void> {
    this.#reach();
    return this.#released;
  }

  /** Stops what comes from now on; `reached` resolves when something does, `goOn` lets it pass. */
  begin(): { reached: Promise<void>; goOn: () => void } {
    let goOn: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      this.#reach = resolve;
    });
    this.#released = new Promise((resolve) => {
      goOn = resolve;
    });
    return { reached, goOn };
  }
}
