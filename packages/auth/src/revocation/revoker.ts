import { randomUUID } from "node:crypto";
import { ProtocolError } from "@roomcast/events";
import type { Revocation } from "./revocation.ts";
import type { RevocationStore } from "./revocation-store.ts";

/** What the revoker needs of the event log. */
export interface ControlLog {
  append(request: {
    kind: "control";
    id: string;
    type: string;
    rooms: readonly [];
    json: string;
    transient: true;
    ack: "replicated_if_any";
  }): Promise<unknown>;
}

/** The type of the control entry. */
export const revokeControl = "revoke";

/**
 * Takes access back. Remembered first, so that whoever connects from now on is refused; then put into the log, so that
 * every replica applies it at one place in the order and nothing after it reaches the revoked. Both are answered only
 * when a Redis replica has them, where one is connected: a failover must not give back what was taken.
 */
export class Revoker {
  readonly #store: RevocationStore;
  readonly #log: ControlLog;

  constructor(store: RevocationStore, log: ControlLog) {
    this.#store = store;
    this.#log = log;
  }

  /**
   * Resolves when it is in the log; rejects with the errors of the store and of the log. After `not_replicated` it is in
   * force, but a failover could take it back. Revoking twice does no harm.
   */
  async revoke(revocation: Revocation): Promise<void> {
    const late = await this.#remember(revocation);
    await this.#log.append({
      kind: "control",
      id: randomUUID(),
      type: revokeControl,
      rooms: [],
      json: JSON.stringify(revocation),
      transient: true,
      ack: "replicated_if_any",
    });
    if (late !== undefined) throw late;
  }

  /** What only a replica lacks takes effect all the same; that it lacks it is told at the end. */
  async #remember(revocation: Revocation): Promise<ProtocolError | undefined> {
    try {
      await this.#store.add(revocation);
      return undefined;
    } catch (error) {
      if (error instanceof ProtocolError && error.code === "not_replicated") return error;
      throw error;
    }
  }
}
