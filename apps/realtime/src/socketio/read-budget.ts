/** Messages and control frames of all connections together that are read in one turn of the event loop without a pause. */
const framesPerTurn = 16;

/**
 * How much is read in one turn of the event loop. A burst comes in large chunks, and ws hands over all of a chunk at once: a
 * few clients that send as much as they may would hold everyone up for as long as that takes to be answered.
 */
export class ReadBudget {
  #left = framesPerTurn;
  readonly #renew = () => {
    this.#left = framesPerTurn;
  };

  /** Whether the next frame may be handed over at once. */
  take(): boolean {
    if (this.#left === framesPerTurn) setImmediate(this.#renew);
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}
