import type { EventEnvelope } from "./envelope.ts";
import type { ErrorBody } from "./errors.ts";
import type { Filters } from "./filters.ts";
import type { RoomName } from "./rooms.ts";
import { IsAnyJson, IsInt, IsOptional, IsString, Max, MaxLength, Min } from "./validation.ts";

/** `subscribe`: follow a room, optionally from a position on and only events that pass the filters. */
export class SubscribeCommand {
  @IsString()
  @MaxLength(80)
  room!: string;

  /** Replay what came after this position before anything newer. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  since?: string;

  /** Conditions on the event's data; parsed by `parseFilters`. */
  @IsAnyJson()
  filters?: Filters;
}

/** `unsubscribe`: stop following a room. */
export class UnsubscribeCommand {
  @IsString()
  @MaxLength(80)
  room!: string;
}

/** `history`: one page of a room's past, oldest first. */
export class HistoryCommand {
  @IsString()
  @MaxLength(80)
  room!: string;

  /** Events after this position; without it, the newest `limit` events. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  since?: string;

  /** At most this many events, 1 to 1,000. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000)
  limit?: number;
}

/** A client's wish for one room, as sent with `subscribe`. */
export interface SubscribeInput {
  room: RoomName | (string & {});
  since?: string;
  filters?: Filters;
}

/** What a `subscribe` answers for one room. */
export interface Subscribed {
  room: RoomName;
  /** From here on the room's events are delivered live. */
  position: string;
  /** How many events of the past were sent before the ack. */
  replayed: number;
}

/** What `history` answers. */
export interface HistoryPage {
  room: RoomName;
  events: { event: EventEnvelope; position: string }[];
  /** Pass it as `since` to read on. */
  position: string;
  /** Whether more events follow `position`. */
  more: boolean;
  /** Whether nothing between `since` and the first event is missing; false without `since` when older events are gone. */
  complete: boolean;
}

/** The answer to every command. */
export type Ack<Data> = { ok: true; data: Data } | { ok: false; error: ErrorBody };
