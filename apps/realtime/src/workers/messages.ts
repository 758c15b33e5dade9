import type { HealthReport } from "@roomcast/service";

/** What a worker is told. */
export type WorkerOrder = ConnectionOrder | { kind: "stop" };

/** Comes with a connection. */
export interface ConnectionOrder {
  kind: "connection";
  /** What was already read from it. */
  read: Buffer;
  /** How many connections without a session the worker has been given so far. */
  newConnections: number;
}

/** What a worker says of itself every second, and when it can take connections. */
export interface WorkerStatus {
  /** Whether it can take connections; until then it may wait for Redis. */
  isUp: boolean;
  health: HealthReport;
  /** Engine.IO sessions. */
  clients: number;
  /** As the last connection had it: newer ones are not among the clients yet. */
  newConnections: number;
}
