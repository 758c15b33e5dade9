import type { Filters } from "@roomcast/protocol";
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
