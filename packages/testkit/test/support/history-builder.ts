import type { ResetReason } from "@roomcast/events";
import {
  type Allowances,
  type ClientHistory,
  type ClientOp,
  checkDelivery,
  type FinalEntry,
  type FinalLog,
  type Publication,
  type Revoked,
} from "@roomcast/testkit";

let attempts = 0;

/** Builds the history of a run by hand. Positions are `a.<offset>` unless an epoch is given. */
export class HistoryBuilder {
  readonly #publications = new Map<string, Publication>();
  readonly #clients: ClientBuilder[] = [];
  readonly #revocations: Revoked[] = [];
  readonly #rooms = new Map<string, { after: number; entries: FinalEntry[] }>();
  #epochs: FinalLog["epochs"] = [{ name: "a", first: 1 }];
  #nowMs = 0;

  /** Every call is a millisecond later. */
  now(): number {
    return ++this.#nowMs;
  }

  /** The epochs of the log at the end. */
  epochs(...epochs: [name: string, first: number][]): this {
    this.#epochs = epochs.map(([name, first]) => ({ name, first }));
    return this;
  }

  /** An event that was acknowledged and is in the log. */
  event(key: string, offset: number, { rooms = ["r"], tag = "t" } = {}): this {
    this.acked(key, `a.${offset}`, { rooms, tag });
    return this.inLog(key, offset);
  }

  /** An event that was acknowledged. */
  acked(key: string, position: string, { rooms = ["r"], tag = "t", id = `id-${key}` } = {}): this {
    const sentAtMs = this.now();
    this.#publications.set(key, { key, rooms, tag, sentAtMs, ack: { id, position, atMs: this.now() } });
    return this;
  }

  /** An event that was never acknowledged. */
  unacked(key: string, { rooms = ["r"], tag = "t" } = {}): this {
    this.#publications.set(key, { key, rooms, tag });
    return this;
  }

  /** An event that the histories hold at the end. */
  inLog(key: string, offset: number): this {
    for (const room of this.#publications.get(key)?.rooms ?? []) {
      const history = this.#rooms.get(room) ?? { after: 0, entries: [] };
      this.#rooms.set(room, history);
      history.entries.push({ id: `id-${key}`, key, offset });
    }
    return this;
  }

  /** A revocation that is asked for now, and acknowledged unless it `isLost`. */
  revokes(client: string, { room, isLost = false }: { room?: string; isLost?: boolean } = {}): this {
    const askedAtMs = this.now();
    const answered = isLost ? {} : { answeredAtMs: this.now() };
    this.#revocations.push({ client, askedAtMs, ...(room === undefined ? {} : { room }), ...answered });
    return this;
  }

  client(name = `c${this.#clients.length}`): ClientBuilder {
    const client = new ClientBuilder(name, this);
    this.#clients.push(client);
    return client;
  }

  /** What the checker finds, each as `kind` or `kind client`. */
  found(allowances: Allowances = {}): string[] {
    return this.check(allowances).anomalies.map(({ kind, client }) =>
      client === undefined ? kind : `${kind} ${client}`,
    );
  }

  check(allowances: Allowances = {}) {
    return checkDelivery(this.history, allowances);
  }

  get history() {
    const log = { epochs: this.#epochs, rooms: this.#rooms };
    return {
      publications: this.#publications,
      clients: this.#clients,
      revocations: this.#revocations,
      log,
    };
  }
}

/** One client's part of a history. */
export class ClientBuilder implements ClientHistory {
  readonly name: string;
  readonly ops: ClientOp[] = [];
  readonly #run: HistoryBuilder;

  constructor(name: string, run: HistoryBuilder) {
    this.name = name;
    this.#run = run;
  }

  connected(recovered = false): this {
    this.ops.push({ kind: "connected", recovered, atMs: this.#run.now() });
    return this;
  }

  disconnected(): this {
    this.ops.push({ kind: "disconnected", atMs: this.#run.now() });
    return this;
  }

  established(rooms: string[], position: string): this {
    this.ops.push({ kind: "established", rooms, position });
    return this;
  }

  resumed(position?: string): this {
    this.ops.push({ kind: "resumed", ...(position === undefined ? {} : { position }) });
    return this;
  }

  advanced(position: string): this {
    this.ops.push({ kind: "advanced", position });
    return this;
  }

  /** Asks for a room, with `since` for its past. */
  asks(room: string, options: { since?: string; tags?: string[] } = {}): this {
    this.ops.push({ kind: "subscribing", attempt: ++attempts, room, ...options });
    return this;
  }

  /** The last question is answered. */
  accepted(position: string): this {
    this.ops.push({ kind: "subscribed", attempt: attempts, position });
    return this;
  }

  refused(code = "unavailable", isFinal = false): this {
    this.ops.push({ kind: "refused", attempt: attempts, code, isFinal });
    return this;
  }

  /** Is refused by the server for good. */
  givesUp(code = "revoked"): this {
    this.ops.push({ kind: "gaveUp", code, atMs: this.#run.now() });
    return this;
  }

  /** A fresh client that follows a room from a position on. */
  follows(room = "r", position = "a.0", tags?: string[]): this {
    if (this.ops.length === 0) this.connected();
    return this.asks(room, tags === undefined ? {} : { tags }).accepted(position);
  }

  leaves(room = "r"): this {
    this.ops.push({ kind: "unsubscribing", room });
    return this;
  }

  left(room = "r"): this {
    this.ops.push({ kind: "unsubscribed", room });
    return this;
  }

  /** Is given an event at a position, such as `a.7` or, as part of the past, `a.9~1.7`. */
  got(key: string, position: string, id = `id-${key}`): this {
    this.ops.push({ kind: "received", key, id, position, atMs: this.#run.now() });
    return this;
  }

  reset(position: string, reason: ResetReason = "trimmed", room = "r"): this {
    this.ops.push({ kind: "reset", room, reason, position, atMs: this.#run.now() });
    return this;
  }
}
