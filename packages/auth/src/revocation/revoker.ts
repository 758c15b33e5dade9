import { randomUUID } from "node:crypto";
import { ProtocolError } from "@roomcast/events";
import type { Revocation } from "./revocation.ts";
import type { RevocationStore } from "./revocation-store.ts";

/** The part of the event log that the revoker uses. */
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
 * Revokes access. It first stores the revocation, so that new connections are refused. Then it appends it to
 * the log, so that every replica applies it at the same position and delivers nothing after it to the revoked
 * user. If a Redis replica is connected, both wait for it: a failover must not undo a revocation.
 */
export class Revoker {
  readonly #store: RevocationStore;
  readonly #log: ControlLog;

  constructor(store: RevocationStore, log: ControlLog) {
    this.#store = store;
    this.#log = log;
  }

  /**
   * Resolves when the revocation is in the log. Rejects with the errors of the store and of the log. After
   * `not_replicated` it is in force, but a failover could undo it. Revoking twice does no harm.
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

  /**
   * Returns `not_replicated` instead of throwing it: the revocation takes effect, and the caller reports it
   * at the end.
   */
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
