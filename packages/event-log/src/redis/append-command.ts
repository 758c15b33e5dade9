import type { HistoryBounds, RoomKind, RoomName } from "@roomcast/events";
import { roomKindOf } from "@roomcast/events";
import { checkRequest } from "../check-request.ts";
import type { AppendRequest } from "../event-log.ts";
import { encodeEntry } from "./entry-codec.ts";
import type { LogKeys } from "./keys.ts";
import { textOfAges } from "./proofs.ts";

/** Settings that all appends of one log share. */
export interface AppendSettings {
  keys: LogKeys;
  /** Unique name of this log object among all that append to the same Redis. */
  writer: string;
  bounds: Record<RoomKind, HistoryBounds>;
  maxEntries: number;
  idempotencyTtlMs: number;
}

/** A request with the text of its entry. */
export interface EncodedRequest {
  request: AppendRequest;
  text: string;
}

const heartbeat = encodeEntry({ kind: "heartbeat", type: "-", rooms: [], transient: true, json: "{}" });

const none: readonly RoomName[] = [];

/** What a run of the script needs besides the entries. */
export interface ScriptRun {
  /** The name of a new epoch, in case one begins. */
  epochCandidate: string;
  /** Without entries, the script writes a heartbeat if the log was quiet for this long; 0 means never. */
  quietMs: number;
  /** Increases after each batch whose outcome is unknown. */
  generation: number;
}

/** Builds the keys and arguments of the append script (see its KEYS/ARGV header). */
export class AppendCommand {
  readonly #settings: AppendSettings;
  readonly #ages: string;
  readonly #longestAge: string;
  readonly #agesOfKinds: string;

  constructor(settings: AppendSettings) {
    this.#settings = settings;
    const bounds = Object.entries(settings.bounds);
    this.#ages = textOfAges(settings.bounds);
    this.#longestAge = String(Math.max(...bounds.map(([, { maxAgeMs }]) => maxAgeMs)));
    this.#agesOfKinds = bounds.map(([kind, { maxAgeMs }]) => `${kind}=${maxAgeMs}`).join(" ");
  }

  /** Encodes a request for the append script. Throws if the log can never accept it; see `checkRequest`. */
  encode(request: AppendRequest): EncodedRequest {
    checkRequest(request, this.#settings.bounds);
    return { request, text: encodeEntry({ ...request, transient: request.transient ?? false }) };
  }

  /** The arguments of EVALSHA after the hash: the number of keys, the keys, the arguments. */
  of(requests: readonly EncodedRequest[], { epochCandidate, quietMs, generation }: ScriptRun): string[] {
    const { keys, writer, maxEntries, idempotencyTtlMs } = this.#settings;
    const rooms = numberRooms(requests);
    const names = [keys.meta, keys.log, keys.minuteIndex, keys.generation(writer)];
    const args = [
      epochCandidate,
      String(maxEntries),
      keys.channel,
      String(idempotencyTtlMs),
      this.#ages,
      this.#longestAge,
      String(quietMs),
      heartbeat,
      this.#agesOfKinds,
      String(generation),
      String(rooms.size),
    ];
    for (const room of rooms.keys()) this.#addRoom(room, names, args);
    for (const request of requests) this.#addEntry(request, rooms, names, args);
    return [String(names.length), ...names, ...args];
  }

  #addRoom(room: RoomName, names: string[], args: string[]): void {
    const { keys, bounds } = this.#settings;
    const kind = roomKindOf(room);
    const { maxEvents, maxAgeMs } = bounds[kind];
    names.push(keys.history(room), keys.roomHead(room));
    args.push(String(maxEvents), String(maxAgeMs), kind);
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

/** The rooms whose histories store the entry. */
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
