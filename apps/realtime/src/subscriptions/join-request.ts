import {
  type Filter,
  type Position,
  ProtocolError,
  type ResetReason,
  type RoomName,
  type Subscribed,
} from "@roomcast/events";
import type { Outcome } from "./outcome.ts";
import type { Delivered } from "./read-history.ts";

/** One room to join. Its positions are already judged by the log's present epochs. */
export interface JoinRequest {
  room: RoomName;
  filter: Filter | undefined;
  /** The position after which the backfill begins. Default: the join itself, so that there is none. */
  from?: Position;
  /** Why the entries after `from` cannot be sent. */
  reset?: ResetReason;
  /** The offset after which earlier connections of the session received every event of the room. */
  since?: number;
  /**
   * Whether the client believes that it follows the room already. If it may not join, it must get a reset.
   */
  isFollowed?: boolean;
}

/** The rooms to join, and what the session received before. */
export interface CatchUpRequest {
  joinRequests: JoinRequest[];
  delivered: Delivered[];
}

/** The position at which rooms are joined, and the number of discontinuities up to then. */
export interface EntryPoint extends Position {
  gaps: number;
}

/** Checks access once more after the room was joined; `unavailable` if it cannot be checked. */
export type Reauthorize = (room: RoomName) => Promise<boolean>;

/** The answer for one room, or `forbidden` if there is none. */
export function answerOf(answers: Map<RoomName, Subscribed>, room: RoomName): Outcome<Subscribed> {
  return answers.get(room) ?? forbidden();
}

/** The message is the same whether the thing that the room is named for exists or not. */
export function forbidden(): ProtocolError {
  return new ProtocolError("forbidden", "you may not enter this room");
}
