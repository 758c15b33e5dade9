import type { HealthReport } from "@roomcast/service";

/** A message to a worker. */
export type WorkerOrder = ConnectionOrder | { kind: "stop" };

/** Accompanies a connection. */
export interface ConnectionOrder {
  kind: "connection";
  /** What was already read from the connection. */
  read: Buffer;
  /** How many connections without a session the worker has received so far. */
  newConnections: number;
}

/** A worker's report, sent every second and when it can accept connections. */
export interface WorkerStatus {
  /** Whether it can accept connections; until then it may be waiting for Redis. */
  isUp: boolean;
  health: HealthReport;
  /** Engine.IO sessions. */
  clients: number;
  /** The number that came with its last connection: newer connections are not among the clients yet. */
  newConnections: number;
}
