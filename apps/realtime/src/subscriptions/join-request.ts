import {
  type Filter,
  type Position,
  ProtocolError,
  type ResetReason,
  type RoomName,
  type Subscribed,
} from "@roomcast/events";
import type { Delivered } from "./read-history.ts";

/** One room to enter; what it says of positions is judged by the present epochs of the log. */
export interface JoinRequest {
  room: RoomName;
  filter: Filter | undefined;
  /** Where its past begins. Default: here, so that there is none. */
  from?: Position;
  /** Why none of the past after `from` can be sent. */
  reset?: ResetReason;
  /** Kept from an earlier connection of the session. */
  since?: number;
  /** Whether the client takes itself to be in the room already: if it may not be, it has to be told. */
  isFollowed?: boolean;
}

/** The rooms to enter, and what the session was given before. */
export interface CatchUpRequest {
  joinRequests: JoinRequest[];
  delivered: Delivered[];
}

/** Where rooms are entered, and how many gaps the log had had by then. */
export interface EntryPoint extends Position {
  gaps: number;
}

/** Asks once more, now that the subscription stands, whether the session may be in the room; `unavailable` if unknown. */
export type Reauthorize = (room: RoomName) => Promise<boolean>;

/** The answer of one wish, or why there is none. */
export function answerOf(answers: Map<RoomName, Subscribed>, room: RoomName): Subscribed {
  const answer = answers.get(room);
  if (answer === undefined) throw new ProtocolError("forbidden", "you may not enter this room");
  return answer;
}
