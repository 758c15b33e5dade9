import type { Environment } from "../environment.ts";
import type { ClientPlan } from "../load/client-plan.ts";
import type { FeedOrder, FeedResult } from "../programs/feed.ts";

/** The servers under test, in the order of the tables. */
export const serverLabels = {
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

export type ServerName = keyof typeof serverLabels;

/** What the connections of a server must do. */
export interface Setting {
  /** Clients are distributed over the rooms `project:0` to `project:<rooms - 1>`. */
  rooms: number;
  /** More rooms for every client, with `%r` for its room number. Only for servers with commands. */
  moreRooms?: readonly string[];
  measuresLatency?: boolean;
}

/** A running server under test. */
export interface BenchServer {
  readonly name: ServerName;
  /** The process whose CPU time and memory count. */
  readonly pid: number;
  readonly plan: ClientPlan;
  /** Publishes events, in the server itself or from another process, depending on the server. */
  feed(order: FeedOrder): Promise<FeedResult>;
  /** The heap in use after garbage collection, if the server has one. */
  heapBytes?(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a server. Returns undefined if this machine does not have it. */
export type StartServer = (environment: Environment, setting: Setting) => Promise<BenchServer | undefined>;
