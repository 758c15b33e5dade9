import { ProtocolError } from "./errors.ts";

/** How much of a room's past is kept for clients that come back: whichever bound is reached first. */
export interface HistoryBounds {
  maxEvents: number;
  maxAgeMs: number;
}

/** Who may enter rooms of a kind: everyone signed in, the user named by the id, or whoever was granted it. */
export type RoomAccessRule = "everyone" | "self" | "granted";

interface RoomKindRules {
  /** Whether the name carries an id: `project:42` does, `global` does not. */
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

/** A parsed room name; `id` is empty for `global`. */
export interface Room {
  kind: RoomKind;
  id: string;
  name: RoomName;
}

/** What an id in a room name looks like. */
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

/** The kind of a room whose name has been parsed before. */
export function roomKindOf(name: RoomName): RoomKind {
  const colon = name.indexOf(":");
  return (colon === -1 ? name : name.slice(0, colon)) as RoomKind;
}

const build = (kind: Exclude<RoomKind, "global">) => (id: string) => parseRoom(`${kind}:${id}`).name;

/** Builds room names; an id outside the grammar throws `ProtocolError("invalid_room")`. */
export const room = {
  global: "global",
  user: build("user"),
  project: build("project"),
  agent: build("agent"),
  channel: build("channel"),
} as const;
