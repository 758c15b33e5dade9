import type { PositionStore } from "./positions.ts";

/** What all parts of one Roomcast share. */
export interface Settings {
  positions: PositionStore;
  onError: (error: unknown) => void;
  retryDelayMs: (attempt: number) => number;
  /** Events that may wait for one subscription. */
  maxWaiting: number;
}
