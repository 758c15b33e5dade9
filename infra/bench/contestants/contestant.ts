import type { Lab } from "../lab.ts";
import type { ClientPlan } from "../load/client-plan.ts";
import type { FeedOrder, FeedResult } from "../servers/feed.ts";

/** What takes part, in the order of the tables. */
export const contestantLabels = {
  floor: "C, one `send()` per event and client",
  "floor-coalesced": "C, one `send()` per burst and client",
  roomcast: "**Roomcast**",
  "roomcast-public": "**Roomcast**, `fs.writeSync`",
  "roomcast-stream": "**Roomcast**, `net.Socket.write`",
  "roomcast-redis": "**Roomcast** over Redis",
  "roomcast-resume": "**Roomcast**, resuming a session",
  "roomcast-redis-resume": "**Roomcast** over Redis, resuming a session",
  "roomcast-deflate": "**Roomcast**, `WS_COMPRESSION_THRESHOLD=1024`",
  nchan: "Nchan",
  nats: "NATS",
  "socket.io": "Socket.IO",
  "socket.io-key": "Socket.IO, JWT key made once",
  "socket.io-deflate": "Socket.IO, `perMessageDeflate`",
  "socket.io-redis": "Socket.IO + redis-adapter",
} as const;

export type ContestantName = keyof typeof contestantLabels;

/** What of a contestant's connections is asked for. */
export interface Setting {
  /** Clients take turns to be in `project:0` to `project:<rooms - 1>`. */
  rooms: number;
  /** Further rooms for every client, with `%r` for its number; servers with commands only. */
  moreRooms?: readonly string[];
  measuresLatency?: boolean;
}

/** A server under test that runs and listens. */
export interface Contestant {
  readonly name: ContestantName;
  /** The process whose CPU time and memory count. */
  readonly pid: number;
  readonly plan: ClientPlan;
  /** Publishes events: in the server itself or, where that is the way, from another process. */
  feed(order: FeedOrder): Promise<FeedResult>;
  /** The heap in use, garbage collected; where there is one. */
  heapBytes?(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a server, or returns undefined if this machine does not have it. */
export type StartContestant = (lab: Lab, setting: Setting) => Promise<Contestant | undefined>;
