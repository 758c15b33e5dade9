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
import { EntryFrames } from "../delivery/entry-frames.ts";
import type { EventFrames } from "../delivery/event-frames.ts";
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
  frames: EventFrames;
  /** The adapters of all namespaces. */
  fanOuts: () => Iterable<FanOut>;
  /** Applies a control entry at its place in the order, and makes up for those that were missed. */
  control: Pick<RevocationControl, "apply" | "noteGap" | "checkAll">;
  continuity: Continuity;
  positions: Pick<ClientPositions, "advance">;
  onError: (error: Error) => void;
}

/** Entries of a gap, or sessions, that are dealt with before others get their turn. */
const [entriesAtOnce, sessionsAtOnce] = [500, 1_000];
const advanceRetryMs = 100;

/** Hands every entry of the log to this replica's clients, in its order; what cannot be bridged is a reset. */
export class Relay implements LogSink {
  readonly #options: RelayOptions;
  isConnected = false;
  /** Frames given to clients since the start. */
  delivered = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  entry(entry: LogEntry): void {
    if (entry.kind === "event") this.#relay(entry);
    else if (entry.kind === "control") this.#options.control.apply(entry);
  }

  /** Deals with a gap. Rejects only if histories cannot be read: the follower then comes back to the same gap. */
  onDiscontinuity(reason: DiscontinuityReason, cut: number, resumeAt: number, head: LogHead): Promise<void> {
    const { continuity, onError } = this.#options;
    const closing = continuity.interrupt(() => this.#closeGap(reason, cut, { ...head, offset: resumeAt }));
    // Positions from before the gap are no longer good to resume from: every client gets a new one.
    if (reason !== "unheard") this.#advanceAll().catch(onError);
    return closing;
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
    const frames = this.#framesOf(entry);
    if (frames === undefined) return;
    for (const fanOut of this.#options.fanOuts()) this.delivered += fanOut.fanOut(channels, frames);
  }

  /** Undefined for an entry whose text nobody could read: it must not keep the others from their clients. */
  #framesOf(entry: LogEntry): EntryFrames | undefined {
    try {
      return new EntryFrames(entry, this.#options.frames);
    } catch (cause) {
      this.#options.onError(new Error(`the text of entry ${entry.offset} is unreadable`, { cause }));
      return undefined;
    }
  }

  /** Those who saw entries that no longer exist must know; the others of the same rooms must not be disturbed. */
  #resetSessionsAhead(reason: "diverged" | "epoch", cut: number, position: Position): void {
    const { rooms } = this.#options;
    if (reason === "epoch") {
      for (const room of rooms.rooms()) {
        for (const session of rooms.sessions(room))
          sendReset(session.connection.socket, room, reason, position);
      }
      return;
    }
    for (const [room, session] of rooms.sessionsAhead(cut)) {
      sendReset(session.connection.socket, room, reason, position);
    }
  }

  /** Offsets are given anew after the break: what a session was given of a room goes on from there. */
  #clampOffsets(resumeAt: number): void {
    for (const { subscriptions } of this.#options.sessions.all()) {
      for (const subscription of subscriptions.values()) {
        subscription.since = Math.min(subscription.since, resumeAt);
      }
    }
  }

  /** Nothing is delivered before every session is known to be still allowed what it is given. */
  async #closeGap(reason: DiscontinuityReason, cut: number, until: LogHead): Promise<void> {
    const { control } = this.#options;
    const position = { epoch: currentEpoch(until), offset: until.offset };
    control.noteGap();
    if (reason === "diverged" || reason === "epoch") {
      this.#resetSessionsAhead(reason, reason === "epoch" ? 0 : cut, position);
      this.#clampOffsets(until.offset);
    }
    await control.checkAll();
    if (reason === "trimmed") await this.#backfill(cut, until, position);
  }

  /** The log was trimmed beyond this replica's place: room histories may still hold what it missed. */
  async #backfill(cut: number, until: LogHead, position: Position): Promise<void> {
    const { log, rooms } = this.#options;
    // Nobody enters a room before this is over, so no room is left out.
    const past = await readGap(log, rooms.rooms(), cut, until);
    // First the resets: the position of an entry passes over what its clients' other rooms lack.
    for (const room of past.incomplete) {
      for (const session of rooms.sessions(room)) {
        sendReset(session.connection.socket, room, "trimmed", position);
        const subscription = session.subscriptions.get(room);
        if (subscription !== undefined) subscription.since = until.offset;
      }
    }
    await this.#deliver(past);
  }

  async #deliver({ entries, incomplete }: Backfill): Promise<void> {
    let count = 0;
    for (const entry of entries) {
      this.#relay({ ...entry, rooms: entry.rooms.filter((room) => !incomplete.has(room)) });
      if (++count % entriesAtOnce === 0) await nextTurn();
    }
  }

  /** Those that cannot be told now are tried again; after another gap all are told anew. */
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

  /** Returns those that cannot be told a position now. */
  async #advance(sessions: readonly Session[]): Promise<Session[]> {
    const left: Session[] = [];
    for (const [index, session] of sessions.entries()) {
      if (!session.isEnded && !this.#options.positions.advance(session)) left.push(session);
      if (index % sessionsAtOnce === sessionsAtOnce - 1) await nextTurn();
    }
    return left;
  }
}
