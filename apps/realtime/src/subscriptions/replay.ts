import type { LogEntry } from "@roomcast/event-log";
import {
  formatPosition,
  type Position,
  ProtocolError,
  type ResetReason,
  type RoomName,
  type Subscribed,
} from "@roomcast/events";
import { isIn } from "../delivery/channel-set.ts";
import type { EventFrames } from "../delivery/event-frames.ts";
import type { Frame } from "../delivery/frame.ts";
import { PortionWriter } from "../delivery/portion-writer.ts";
import { sendReset } from "../delivery/server-event.ts";
import type { Session } from "../sessions/session.ts";
import { channelOf } from "./channel.ts";
import { type Delivered, passes, wasDelivered } from "./read-history.ts";
import type { ReplayPlan } from "./replay-plan.ts";

/** What a session is owed of the rooms of one `subscribe` call or resume. */
export interface Replay {
  past: ReplayPlan;
  /** Where the past of each room begins. */
  starts: ReadonlyMap<RoomName, Position>;
  /** Rooms of which nothing can be sent, and why. */
  resets: ReadonlyMap<RoomName, ResetReason>;
  /** What the session was given before of each room. */
  delivered: ReadonlyMap<RoomName, readonly Delivered[]>;
  /** Where live delivery begins. */
  at: Position;
  batch: number;
}

export interface ReplayContext {
  /** Whether the log has had a gap, or begun an epoch, since the replay was planned. */
  isBroken: () => boolean;
  frames: EventFrames;
  /** How long a client may take to read a part of its past. */
  takeTimeoutMs: number;
}

type Answers = Map<RoomName, Subscribed>;

/**
 * Writes the resets, the past, and what waited, until so little is left that it can be written at once; the connection is
 * still held then. Live events go on waiting behind those that wait already. Resolves with the answers for the rooms that
 * the session is in, early if the connection ends. Rejects with `unavailable` if the past is no longer that of the log.
 */
export async function writeReplay(
  session: Session,
  replay: Replay,
  context: ReplayContext,
): Promise<Answers> {
  const { resets, at, batch } = replay;
  checkUnbroken(context);
  // Rooms that were revoked since are gone from the session.
  const current = [...session.subscriptions.values()].filter((one) => one.batch === batch);
  const answers: Answers = new Map();
  for (const { room } of current) answers.set(room, { room, position: formatPosition(at), replayed: 0 });
  for (const { room } of current) {
    const reason = resets.get(room);
    if (reason !== undefined) sendReset(session.connection.socket, room, reason, at);
  }
  await writeBackfill(session, replay, context, answers);
  for (const room of answers.keys()) if (!session.subscriptions.has(room)) answers.delete(room);
  return answers;
}

async function writeBackfill(
  session: Session,
  replay: Replay,
  context: ReplayContext,
  answers: Answers,
): Promise<void> {
  const { connection } = session;
  const namespace = connection.socket.nsp.name;
  const writer = new PortionWriter(connection, context.takeTimeoutMs);
  const owedFrame = (entry: LogEntry): Frame | undefined => {
    const rooms = roomsOwed(session, replay, entry);
    for (const room of rooms) (answers.get(room) as Subscribed).replayed++;
    if (rooms.length === 0) return undefined;
    const position = { ...replay.at, replay: { batch: replay.batch, at: entry.offset } };
    return context.frames.single(namespace, entry.type, entry.json, formatPosition(position));
  };
  for await (const entries of replay.past.windows()) {
    if (!(await writer.write(entries, owedFrame))) return;
    checkUnbroken(context);
  }
  await writer.writeHeld((one) => (isFollowed(session, one.entry) ? one.for(namespace) : undefined));
  checkUnbroken(context);
}

/** The rooms of this replay for whose sake a session is given an entry now; none if it was given it before. */
function roomsOwed(
  { subscriptions }: Session,
  { starts, resets, delivered, at, batch }: Replay,
  entry: LogEntry,
): RoomName[] {
  const rooms = entry.rooms.filter((room) => {
    const one = subscriptions.get(room);
    if (one?.batch !== batch || resets.has(room)) return false;
    return entry.offset > (starts.get(room) ?? at).offset && passes(entry, one);
  });
  return rooms.length > 0 && wasDelivered(entry, delivered) ? [] : rooms;
}

/** What was read of the past, and what waits, may be of a log that was rolled back, or lie on both sides of a gap. */
function checkUnbroken({ isBroken }: ReplayContext): void {
  if (isBroken()) throw new ProtocolError("unavailable", "the log had a gap while its past was sent");
}

/** Whether a session is in a room of an entry, with a filter that lets it through. */
export function isFollowed(session: Session, entry: LogEntry): boolean {
  const { connection } = session;
  return entry.rooms.some((room) => {
    const subscription = session.subscriptions.get(room);
    return subscription !== undefined && isIn(connection, channelOf(room, subscription.filter?.key));
  });
}
