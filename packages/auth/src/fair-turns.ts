import { Turns } from "@roomcast/service";

export interface FairTurnsOptions {
  /** Jobs of one user at once. */
  perUser: number;
  /** Jobs of all users at once. */
  inAll: number;
}

/** Lets jobs run by turns, so that a user with many waits for the own ones before anyone else waits for them. */
export class FairTurns {
  readonly #all: Turns;
  readonly #perUser: number;
  /** Of users who have jobs. */
  readonly #users = new Map<string, { turns: Turns; jobs: number }>();

  constructor({ perUser, inAll }: FairTurnsOptions) {
    this.#all = new Turns(inAll);
    this.#perUser = perUser;
  }

  /** Runs a job in its turn; resolves and rejects as it does. */
  async run<T>(userId: string, job: () => Promise<T>): Promise<T> {
    const user = this.#users.get(userId) ?? { turns: new Turns(this.#perUser), jobs: 0 };
    this.#users.set(userId, user);
    user.jobs++;
    try {
      return await user.turns.run(() => this.#all.run(job));
    } finally {
      user.jobs--;
      if (user.jobs === 0) this.#users.delete(userId);
    }
  }
}
