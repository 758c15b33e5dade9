import type { PositionStore } from "./positions.ts";

/** Settings that all parts of one Roomcast share. */
export interface Settings {
  positions: PositionStore;
  onError: (error: unknown) => void;
  retryDelayMs: (attempt: number) => number;
  /** How many events may wait for one subscription. */
  maxWaiting: number;
}
