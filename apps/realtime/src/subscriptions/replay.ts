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
import type { EventEncoder } from "../delivery/event-encoder.ts";
import type { Frame } from "../delivery/frame.ts";
import { PortionWriter } from "../delivery/portion-writer.ts";
import { sendReset } from "../delivery/server-event.ts";
import type { Session } from "../sessions/session.ts";
import { channelOf } from "./channel.ts";
import { type Delivered, passes, wasDelivered } from "./read-history.ts";
import type { ReplayPlan } from "./replay-plan.ts";

/** The replay of the rooms of one `subscribe` call or resume. */
export interface Replay {
  plan: ReplayPlan;
  /** The position after which the backfill of each room begins. */
  starts: ReadonlyMap<RoomName, Position>;
  /** Rooms to reset, of which nothing is sent, and the reasons. */
  resets: ReadonlyMap<RoomName, ResetReason>;
  /** What the session received before, by room. */
  delivered: ReadonlyMap<RoomName, readonly Delivered[]>;
  /** The position at which live delivery begins. */
  at: Position;
  batch: number;
}

export interface ReplayContext {
  /** Whether the log has had a discontinuity since the replay was planned. */
  isBroken: () => boolean;
  encoder: EventEncoder;
  /** How long a client may take to read one portion of the backfill. */
  takeTimeoutMs: number;
}

type Answers = Map<RoomName, Subscribed>;

/**
 * Writes the resets, the backfill, and the buffered entries until few enough are left to be written at once.
 * The connection still buffers then: live entries go behind those already buffered. Resolves with the answers
 * for the rooms that the session is in, early if the connection ends. Rejects with `unavailable` if the log
 * had a discontinuity since.
 */
export async function writeReplay(
  session: Session,
  replay: Replay,
  context: ReplayContext,
): Promise<Answers> {
  const { resets, at, batch } = replay;
  checkUnbroken(context);
  // Rooms that were revoked in between are no longer among the session's subscriptions.
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
  const frameOf = (entry: LogEntry): Frame | undefined => {
    const rooms = roomsToReplay(session, replay, entry);
    for (const room of rooms) (answers.get(room) as Subscribed).replayed++;
    if (rooms.length === 0) return undefined;
    const position = { ...replay.at, replay: { batch: replay.batch, at: entry.offset } };
    return context.encoder.single(namespace, entry.type, entry.json, formatPosition(position));
  };
  for await (const entries of replay.plan.windows()) {
    if (!(await writer.write(entries, frameOf))) return;
    checkUnbroken(context);
  }
  await writer.writeBuffered((one) => (isFollowed(session, one.entry) ? one.frame(namespace) : undefined));
  checkUnbroken(context);
}

/** The rooms of this replay for which a session must get an entry; none if it received the entry before. */
function roomsToReplay(
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

/**
 * After a discontinuity the backfill and the buffered entries may belong to a log that was rolled back, or
 * lie on both sides of a gap.
 */
function checkUnbroken({ isBroken }: ReplayContext): void {
  if (isBroken())
    throw new ProtocolError("unavailable", "the log had a discontinuity while missed events were being sent");
}

/** Whether a session follows a room of an entry with a filter that lets the entry through. */
export function isFollowed(session: Session, entry: LogEntry): boolean {
  const { connection } = session;
  return entry.rooms.some((room) => {
    const subscription = session.subscriptions.get(room);
    return subscription !== undefined && isIn(connection, channelOf(room, subscription.filter?.key));
  });
}
