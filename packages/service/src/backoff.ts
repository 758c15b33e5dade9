/** How the pauses between attempts grow, in milliseconds. */
export interface BackoffBounds {
  firstMs: number;
  longestMs: number;
}

/** The pause after so many failures in a row, from 1: it doubles with each. */
export function backoffMs(failures: number, { firstMs, longestMs }: BackoffBounds): number {
  return Math.min(longestMs, firstMs * 2 ** (failures - 1));
}

/** A pause, shorter by up to a half at random, so that many clients of one server do not come back together. */
export function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}
