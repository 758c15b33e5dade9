import { setImmediate as nextTurn } from "node:timers/promises";
import { Turns } from "@roomcast/service";

export interface FairTurnsOptions {
  /** How many jobs of one user run at once. */
  perUser: number;
  /** How many jobs of all users run at once. */
  inAll: number;
}

/**
 * Jobs that start in one turn of the event loop. To start a question and to read its answer takes 0.3 ms: if 64 answers
 * came at once, and 64 questions started, everything else would wait for 20 ms.
 */
const startsPerTurn = 8;

/** Runs jobs in turns. A user with many jobs waits for their own jobs first, so other users wait less. */
export class FairTurns {
  readonly #all: Turns;
  readonly #perUser: number;
  /** Contains only users who have jobs. */
  readonly #users = new Map<string, { turns: Turns; jobs: number }>();

  /** Jobs that were started in this turn of the event loop. */
  #started = 0;

  constructor({ perUser, inAll }: FairTurnsOptions) {
    this.#all = new Turns(inAll);
    this.#perUser = perUser;
  }

  /** Runs a job in its turn. Resolves and rejects as the job does. */
  async run<T>(userId: string, job: () => Promise<T>): Promise<T> {
    const user = this.#users.get(userId) ?? { turns: new Turns(this.#perUser), jobs: 0 };
    this.#users.set(userId, user);
    user.jobs++;
    try {
      return await user.turns.run(() => this.#all.run(() => this.#start(job)));
    } finally {
      user.jobs--;
      if (user.jobs === 0) this.#users.delete(userId);
    }
  }

  async #start<T>(job: () => Promise<T>): Promise<T> {
    while (this.#started >= startsPerTurn) await nextTurn();
    if (this.#started++ === 0) setImmediate(() => (this.#started = 0));
    return job();
  }
}
