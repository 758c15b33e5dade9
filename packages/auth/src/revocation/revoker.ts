import { randomUUID } from "node:crypto";
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
  }): Promise<unknown>;
}

/** The type of the control entry. */
export const revokeControl = "revoke";

/**
 * Takes access back. Remembered first, so that whoever connects from now on is refused; then put into the log, so that
 * every replica applies it at one place in the order and nothing after it reaches the revoked.
 */
export class Revoker {
  readonly #store: RevocationStore;
  readonly #log: ControlLog;

  constructor(store: RevocationStore, log: ControlLog) {
    this.#store = store;
    this.#log = log;
  }

  /** Resolves when it is in the log; rejects with the errors of the log. Revoking twice does no harm. */
  async revoke(revocation: Revocation): Promise<void> {
    await this.#store.add(revocation);
    const json = JSON.stringify(revocation);
    await this.#log.append({
      kind: "control",
      id: randomUUID(),
      type: revokeControl,
      rooms: [],
      json,
      transient: true,
    });
  }
}
