import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import {
  currentEpoch,
  type DiscontinuityReason,
  type EventLog,
  type LogEntry,
  type LogHead,
  type LogSink,
} from "@roomcast/event-log";
import type { Position } from "@roomcast/events";
import type { EncodedEntry } from "../delivery/encoded-entry.ts";
import type { EventEncoder } from "../delivery/event-encoder.ts";
import type { FanOut } from "../delivery/fan-out-adapter.ts";
import { sendReset, serverEnvelope } from "../delivery/server-event.ts";
import type { Session } from "../sessions/session.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { ClientPositions } from "./client-positions.ts";
import type { Continuity } from "./continuity.ts";
import { readGap } from "./read-gap.ts";
import type { Backfill } from "./read-history.ts";
import type { RevocationControl } from "./revocation-control.ts";
import type { RoomManager } from "./room-manager.ts";

export interface RelayOptions {
  log: Pick<EventLog, "history" | "head">;
  rooms: RoomManager;
  sessions: SessionRegistry;
  encoder: EventEncoder;
  /** The adapters of all namespaces. */
  fanOuts: () => Iterable<FanOut>;
  /** Applies a control entry at its place in the log's order, and catches up on missed ones. */
  control: Pick<RevocationControl, "apply" | "noteGap" | "checkAll">;
  continuity: Continuity;
  positions: Pick<ClientPositions, "advance">;
  onError: (error: Error) => void;
}

/** Entries of a gap, and sessions, that are handled before other work gets its turn. */
const [entriesAtOnce, sessionsAtOnce] = [500, 1_000];
const advanceRetryMs = 100;

/**
 * Delivers every entry of the log to this replica's clients, in the log's order. Where entries are missing
 * and the histories do not have them, it sends resets.
 */
export class Relay implements LogSink {
  readonly #options: RelayOptions;
  isConnected = false;
  /** Frames delivered to clients since the start. */
  delivered = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  entry(entry: LogEntry): void {
    if (entry.kind === "event") this.#relay(entry);
    else if (entry.kind === "control") this.#options.control.apply(entry);
  }

  /**
   * Handles a discontinuity. Rejects only if histories cannot be read; the follower then reports it again.
   */
  onDiscontinuity(
    reason: DiscontinuityReason,
    lastCommonOffset: number,
    resumeAt: number,
    head: LogHead,
  ): Promise<void> {
    const { continuity, onError } = this.#options;
    const closed = continuity.interrupt(() =>
      this.#closeGap(reason, lastCommonOffset, { ...head, offset: resumeAt }),
    );
    // Positions from before the discontinuity cannot be resumed from: every client gets a new one.
    if (reason !== "unheard") this.#advanceAll().catch(onError);
    return closed;
  }

  connected(isConnected: boolean): void {
    this.isConnected = isConnected;
  }

  #relay(entry: LogEntry): void {
    this.#fanOut(entry, this.#options.rooms.channelsFor(entry));
    for (const { room, channels } of this.#options.rooms.channelsToCheckpoint(entry)) {
      const json = JSON.stringify(serverEnvelope("position.advanced", room, {}));
      this.#fanOut({ ...entry, type: "position.advanced", rooms: [room], json }, channels);
    }
  }

  #fanOut(entry: LogEntry, channels: string[]): void {
    if (channels.length === 0) return;
    const encoded = this.#encode(entry);
    if (encoded === undefined) return;
    for (const fanOut of this.#options.fanOuts()) this.delivered += fanOut.fanOut(channels, encoded);
  }

  /** Undefined for an entry that cannot be parsed: it must not keep other entries from their clients. */
  #encode(entry: LogEntry): EncodedEntry | undefined {
    try {
      return this.#options.encoder.entry(entry);
    } catch (cause) {
      this.#options.onError(
        new Error(`entry ${entry.offset} of the log cannot be parsed and is not delivered`, { cause }),
      );
      return undefined;
    }
  }

  /**
   * Resets the sessions that received entries which no longer exist, and leaves the other sessions of the
   * same rooms alone.
   */
  #resetSessionsAhead(reason: "diverged" | "epoch", lastCommonOffset: number, position: Position): void {
    const { rooms } = this.#options;
    if (reason === "epoch") {
      for (const room of rooms.rooms()) {
        for (const session of rooms.sessions(room))
          sendReset(session.connection.socket, room, reason, position);
      }
      return;
    }
    for (const [room, session] of rooms.sessionsAhead(lastCommonOffset)) {
      sendReset(session.connection.socket, room, reason, position);
    }
  }

  /**
   * The log assigns offsets anew after `resumeAt`: what a session received of a room counts only up to there.
   */
  #clampOffsets(resumeAt: number): void {
    for (const { subscriptions } of this.#options.sessions.all()) {
      for (const subscription of subscriptions.values()) {
        subscription.since = Math.min(subscription.since, resumeAt);
      }
    }
  }

  /** Delivers nothing before every session's access is checked again. */
  async #closeGap(reason: DiscontinuityReason, lastCommonOffset: number, until: LogHead): Promise<void> {
    const { control } = this.#options;
    const position = { epoch: currentEpoch(until), offset: until.offset };
    control.noteGap();
    if (reason === "diverged" || reason === "epoch") {
      this.#resetSessionsAhead(reason, reason === "epoch" ? 0 : lastCommonOffset, position);
      this.#clampOffsets(until.offset);
    }
    await control.checkAll();
    if (reason === "trimmed") await this.#backfill(lastCommonOffset, until, position);
  }

  /** The log was trimmed beyond this replica's position. Room histories may still hold the missed entries. */
  async #backfill(lastCommonOffset: number, until: LogHead, position: Position): Promise<void> {
    const { log, rooms } = this.#options;
    // Nobody joins a room until this is done, so no room is missing.
    const backfill = await readGap(log, rooms.rooms(), lastCommonOffset, until);
    // Resets come first: an entry's position lies beyond the entries that its clients' incomplete rooms lack.
    for (const room of backfill.incomplete) {
      for (const session of rooms.sessions(room)) {
        sendReset(session.connection.socket, room, "trimmed", position);
        const subscription = session.subscriptions.get(room);
        if (subscription !== undefined) subscription.since = until.offset;
      }
    }
    await this.#deliver(backfill);
  }

  async #deliver({ entries, incomplete }: Backfill): Promise<void> {
    let count = 0;
    for (const entry of entries) {
      this.#relay({ ...entry, rooms: entry.rooms.filter((room) => !incomplete.has(room)) });
      if (++count % entriesAtOnce === 0) await nextTurn();
    }
  }

  /**
   * Sends every session a new position. Sessions that cannot get one yet are tried again. After another
   * discontinuity that one's own call takes over.
   */
  async #advanceAll(): Promise<void> {
    const { continuity, sessions } = this.#options;
    await continuity.restored();
    const { gaps } = continuity;
    let left = sessions.all();
    while (left.length > 0 && continuity.gaps === gaps) {
      left = await this.#advance(left);
      if (left.length > 0) await sleep(advanceRetryMs);
    }
  }

  /** Returns the sessions that cannot get a position now. */
  async #advance(sessions: readonly Session[]): Promise<Session[]> {
    const left: Session[] = [];
    for (const [index, session] of sessions.entries()) {
      if (!session.isEnded && !this.#options.positions.advance(session)) left.push(session);
      if (index % sessionsAtOnce === sessionsAtOnce - 1) await nextTurn();
    }
    return left;
  }
}
