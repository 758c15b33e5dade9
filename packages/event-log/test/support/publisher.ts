import type { EventLog } from "@roomcast/event-log";
import { ProtocolError } from "@roomcast/events";
import { request } from "./requests.ts";

/** Appends one event after the other, and each again under the same key until its ack came. */
export class Publisher {
  readonly acked: string[] = [];
  readonly failures: string[] = [];
  #isRunning = true;

  constructor(log: EventLog) {
    this.done = this.#run(log);
  }

  readonly done: Promise<void>;

  /** Finishes the present event. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.done;
  }

  async #run(log: EventLog): Promise<void> {
    while (this.#isRunning) await this.#appendOne(log);
  }

  async #appendOne(log: EventLog): Promise<void> {
    const one = request();
    for (;;) {
      try {
        const { id } = await log.append({ ...one, idempotency: { key: one.id, fingerprint: "f" } });
        this.acked.push(id);
        return;
      } catch (error) {
        if (!(error instanceof ProtocolError) || !error.retryable) throw error;
        this.failures.push(error.code);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}
