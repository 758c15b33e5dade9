import type { HistoryBounds, RoomKind, RoomName } from "@roomcast/events";
import { roomKindOf } from "@roomcast/events";
import type { AppendRequest } from "../event-log.ts";
import { encodeEntry } from "./entry-codec.ts";
import type { LogKeys } from "./keys.ts";

/** What all appends of one log have in common. */
export interface AppendSettings {
  keys: LogKeys;
  bounds: Record<RoomKind, HistoryBounds>;
  maxEntries: number;
  idempotencyTtlMs: number;
}

/** A request with its entry's text. */
export interface EncodedRequest {
  request: AppendRequest;
  text: string;
}

const heartbeat = encodeEntry({ kind: "heartbeat", type: "-", rooms: [], transient: true, json: "{}" });

const none: readonly RoomName[] = [];

/** Encodes a request as the append script takes it. */
export function encodeRequest(request: AppendRequest): EncodedRequest {
  return { request, text: encodeEntry({ ...request, transient: request.transient ?? false }) };
}

/** Writes the keys and arguments of the append script; see there. */
export class AppendCommand {
  readonly #settings: AppendSettings;
  readonly #ages: string;
  readonly #longestAge: string;

  constructor(settings: AppendSettings) {
    this.#settings = settings;
    const ages = Object.values(settings.bounds).map(({ maxAgeMs }) => maxAgeMs);
    this.#ages = ages.join(",");
    this.#longestAge = String(Math.max(...ages));
  }

  /**
   * What follows the script's name: the number of keys, the keys, the arguments. A heartbeat is written if there are no
   * entries and the log has been quiet for `quietMs`; 0 is never.
   */
  of(requests: readonly EncodedRequest[], epochCandidate: string, quietMs: number): string[] {
    const { keys, maxEntries, idempotencyTtlMs } = this.#settings;
    const rooms = numberRooms(requests);
    const names = [keys.meta, keys.log, keys.clock];
    const args = [
      epochCandidate,
      String(maxEntries),
      keys.channel,
      String(idempotencyTtlMs),
      this.#ages,
      this.#longestAge,
      String(quietMs),
      heartbeat,
      String(rooms.size),
    ];
    for (const room of rooms.keys()) this.#addRoom(room, names, args);
    for (const request of requests) this.#addEntry(request, rooms, names, args);
    return [String(names.length), ...names, ...args];
  }

  #addRoom(room: RoomName, names: string[], args: string[]): void {
    const { keys, bounds } = this.#settings;
    const { maxEvents, maxAgeMs } = bounds[roomKindOf(room)];
    names.push(keys.history(room), keys.roomHead(room));
    args.push(String(maxEvents), String(maxAgeMs));
  }

  #addEntry(
    { request, text }: EncodedRequest,
    rooms: Map<RoomName, string>,
    names: string[],
    args: string[],
  ): void {
    const { id, idempotency } = request;
    const kept = keptIn(request);
    if (idempotency) names.push(this.#settings.keys.idempotency(idempotency.key));
    args.push(text, idempotency?.fingerprint ?? "", id, String(kept.length));
    for (const room of kept) args.push(rooms.get(room) as string);
  }
}

/** The rooms whose histories take the entry. */
function keptIn({ transient, rooms }: AppendRequest): readonly RoomName[] {
  return transient ? none : rooms;
}

function numberRooms(requests: readonly EncodedRequest[]): Map<RoomName, string> {
  const numbers = new Map<RoomName, string>();
  for (const { request } of requests) {
    for (const room of keptIn(request)) {
      if (!numbers.has(room)) numbers.set(room, String(numbers.size + 1));
    }
  }
  return numbers;
}
