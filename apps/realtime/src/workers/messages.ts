import type { HealthReport } from "@roomcast/service";

/** What a worker is told. A connection comes with its socket, and with what was already read from it. */
export type WorkerOrder = { kind: "connection"; read: Buffer } | { kind: "stop" };

/** What a worker says of itself: when it can take connections, and then every second. */
export interface WorkerStatus {
  health: HealthReport;
  /** Open ones. */
  connections: number;
}
