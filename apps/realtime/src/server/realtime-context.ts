import type { Server as HttpServer } from "node:http";
import type { RoomAccess, TokenVerifier } from "@roomcast/auth";
import type { EventLog, EventLogOptions } from "@roomcast/event-log";
import type { Health, Logger } from "@roomcast/service";
import type { Cluster } from "../cluster/cluster.ts";
import type { RealtimeOptions } from "./config.ts";

/** What a realtime server is made of; tests and the standalone app pass their own. */
export interface RealtimeContext {
  httpServer: HttpServer;
  options: RealtimeOptions;
  log: EventLog;
  cluster: Cluster;
  verifier: TokenVerifier;
  access: RoomAccess;
  logger: Logger;
  health: Health;
  /** Bounds of the room histories. Default: those of the event log. */
  history?: NonNullable<EventLogOptions["history"]>;
  /** Called for faults that are retried. Default: logs each once a minute. */
  onError?: (error: Error) => void;
  /** Whether pages of this machine may connect; for development. Default false. */
  allowLocalOrigins?: boolean;
}
