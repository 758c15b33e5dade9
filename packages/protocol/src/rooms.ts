import { ProtocolError } from "./errors.ts";

/** How much history of a room is kept for clients that return. The first bound that is reached applies. */
export interface HistoryBounds {
  maxEvents: number;
  maxAgeMs: number;
}

/** Who may enter rooms of a kind: every signed-in user, the user in the id, or users with a grant. */
export type RoomAccessRule = "everyone" | "self" | "granted";

interface RoomKindRules {
  /** Whether the name contains an id: `project:42` does, `global` does not. */
  hasId: boolean;
  access: RoomAccessRule;
  history: HistoryBounds;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The kinds of room, who may enter each, and the default bounds of its history. */
export const roomKinds = {
  global: { hasId: false, access: "everyone", history: { maxEvents: 1_000, maxAgeMs: dayMs } },
  user: { hasId: true, access: "self", history: { maxEvents: 1_000, maxAgeMs: 7 * dayMs } },
  project: { hasId: true, access: "granted", history: { maxEvents: 1_000, maxAgeMs: 7 * dayMs } },
  agent: { hasId: true, access: "granted", history: { maxEvents: 1_000, maxAgeMs: dayMs } },
  channel: { hasId: true, access: "granted", history: { maxEvents: 5_000, maxAgeMs: dayMs } },
} as const satisfies Record<string, RoomKindRules>;

export type RoomKind = keyof typeof roomKinds;

/** The name of a room: `global` or `<kind>:<id>` with an id of `[A-Za-z0-9_.-]{1,64}`. */
export type RoomName = "global" | `${Exclude<RoomKind, "global">}:${string}`;

/** A parsed room name. `id` is empty for `global`. */
export interface Room {
  kind: RoomKind;
  id: string;
  name: RoomName;
}

/** The pattern of an id in a room name. */
export const roomIdPattern = /^[A-Za-z0-9_.-]{1,64}$/;

const namePattern = /^(user|project|agent|channel):([A-Za-z0-9_.-]{1,64})$/;

/** Parses a room name, or throws `ProtocolError("invalid_room")`. */
export function parseRoom(name: unknown): Room {
  if (name === "global") return { kind: "global", id: "", name };
  const match = typeof name === "string" ? namePattern.exec(name) : null;
  if (match === null) {
    throw new ProtocolError("invalid_room", "a room is `global` or `user|project|agent|channel:<id>`");
  }
  return { kind: match[1] as RoomKind, id: match[2] as string, name: name as RoomName };
}

/** Returns the kind of a room whose name is valid. */
export function roomKindOf(name: RoomName): RoomKind {
  const colon = name.indexOf(":");
  return (colon === -1 ? name : name.slice(0, colon)) as RoomKind;
}

const build = (kind: Exclude<RoomKind, "global">) => (id: string) => parseRoom(`${kind}:${id}`).name;

/** Builds room names. Throws `ProtocolError("invalid_room")` for an invalid id. */
export const room = {
  global: "global",
  user: build("user"),
  project: build("project"),
  agent: build("agent"),
  channel: build("channel"),
} as const;
