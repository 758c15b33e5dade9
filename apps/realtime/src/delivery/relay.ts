import type { BreakReason, EventLog, LogEntry, LogFollower, LogHead, LogSink } from "@roomcast/event-log";
import type { Position } from "@roomcast/events";
import type { RoomManager } from "../rooms/room-manager.ts";
import { readPast } from "../sessions/past.ts";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import { EntryFrames } from "./entry-frames.ts";
import type { EventFrames } from "./event-frames.ts";
import type { FanOut } from "./fan-out-adapter.ts";
import { sendReset, sendServerEvent, serverEnvelope } from "./server-event.ts";

export interface RelayOptions {
  log: Pick<EventLog, "history">;
  rooms: RoomManager;
  sessions: SessionRegistry;
  frames: EventFrames;
  /** The adapters of all namespaces. */
  fanOuts: () => Iterable<FanOut>;
  /** Applies a control entry at its place in the order. */
  control: (entry: LogEntry) => void;
  onError: (error: Error) => void;
}

const bridgeBounds = { maxEntries: 10_000, maxBytes: 64 * 1024 * 1024 };

/** Hands every entry of the log to this replica's clients, in its order; what cannot be bridged is a reset. */
export class Relay implements LogSink {
  readonly #options: RelayOptions;
  follower!: LogFollower;
  isConnected = false;
  /** Frames given to clients since the start. */
  delivered = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  entry(entry: LogEntry): void {
    if (entry.kind === "event") this.#relay(entry);
    else if (entry.kind === "control") this.#options.control(entry);
  }

  async broken(reason: BreakReason, cut: number, resumeAt: number, head: LogHead): Promise<void> {
    const position = { epoch: head.epochs.at(-1)?.name ?? "none", offset: resumeAt };
    if (reason === "trimmed") await this.#bridge(cut, { ...head, offset: resumeAt }, position);
    else {
      this.#resetWitnesses(reason, reason === "epoch" ? 0 : cut, position);
      this.#rebase(resumeAt);
    }
    this.#advance(position);
  }

  connected(isConnected: boolean): void {
    this.isConnected = isConnected;
  }

  #relay(entry: LogEntry): void {
    this.#fanOut(entry, this.#options.rooms.channelsFor(entry));
    for (const { room, channels } of this.#options.rooms.channelsToMark(entry)) {
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
  #resetWitnesses(reason: "diverged" | "epoch", cut: number, position: Position): void {
    const { rooms } = this.#options;
    if (reason === "epoch") {
      for (const room of rooms.rooms()) {
        for (const session of rooms.sessions(room))
          sendReset(session.connection.socket, room, reason, position);
      }
      return;
    }
    for (const [room, session] of rooms.witnessesAfter(cut)) {
      sendReset(session.connection.socket, room, reason, position);
    }
  }

  /** Offsets are given anew after the break: what a session was given of a room goes on from there. */
  #rebase(resumeAt: number): void {
    for (const { subscriptions } of this.#options.sessions.all()) {
      for (const subscription of subscriptions.values()) {
        subscription.since = Math.min(subscription.since, resumeAt);
      }
    }
  }

  /** The log was trimmed beyond this replica's place: room histories may still hold what it missed. */
  async #bridge(cut: number, until: LogHead, position: Position): Promise<void> {
    const { log, rooms } = this.#options;
    const ranges = rooms.rooms().map((room) => ({ room, filter: undefined, after: cut }));
    const past = await readPast(log, ranges, until, bridgeBounds);
    for (const entry of past.entries) {
      this.#relay({ ...entry, rooms: entry.rooms.filter((room) => !past.incomplete.has(room)) });
    }
    for (const room of past.incomplete) {
      for (const session of rooms.sessions(room)) {
        sendReset(session.connection.socket, room, "trimmed", position);
        const subscription = session.subscriptions.get(room);
        if (subscription !== undefined) subscription.since = until.offset;
      }
    }
  }

  /** Positions from before the break are no longer good to resume from: every client gets a new one. */
  #advance(position: Position): void {
    for (const session of this.#options.sessions.all()) {
      const { connection } = session;
      if (connection.isHeld) continue;
      sendServerEvent(connection.socket, "position.advanced", "global", {}, session.positionAt(position));
    }
  }
}
