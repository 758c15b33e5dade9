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

  /** Replays the events after this position before newer ones. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  since?: string;

  /** Conditions on the event's data. `parseFilters` parses them. */
  @IsAnyJson()
  filters?: Filters;
}

/** `unsubscribe`: stop following a room. */
export class UnsubscribeCommand {
  @IsString()
  @MaxLength(80)
  room!: string;
}

/** `history`: one page of a room's history, oldest first. */
export class HistoryCommand {
  @IsString()
  @MaxLength(80)
  room!: string;

  /** Returns events after this position. Without it, returns the newest `limit` events. */
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

/** A client's request for one room in a `subscribe` command. */
export interface SubscribeInput {
  room: RoomName | (string & {});
  since?: string;
  filters?: Filters;
}

/** The result of `subscribe` for one room. */
export interface Subscribed {
  room: RoomName;
  /** The room's events after this position are delivered live. */
  position: string;
  /** How many missed events were sent before the acknowledgement. */
  replayed: number;
}

/** The result of `history`. */
export interface HistoryPage {
  room: RoomName;
  events: { event: EventEnvelope; position: string }[];
  /** Pass it as `since` to read the next page. */
  position: string;
  /** Whether more events follow `position`. */
  more: boolean;
  /**
   * Whether no event between `since` and the first event is missing.
   * Without `since`, false if older events are gone.
   */
  complete: boolean;
}

/** The acknowledgement of every command. */
export type Ack<Data> = { ok: true; data: Data } | { ok: false; error: ErrorBody };
