const burstSeconds = 10;

/**
 * Takes one token from a bucket that holds ten seconds' worth at `rate` per second; undefined if there is none. A bucket
 * is kept as the time when it will be full again, in whole milliseconds (GCRA, the leaky bucket as a meter): one small
 * integer, because every connection has some of these. It begins at 0.
 */
export function takeToken(fullAtMs: number, rate: number, nowMs = performance.now()): number | undefined {
  const costMs = 1_000 / rate;
  const fullThenAtMs = Math.max(fullAtMs, nowMs) + costMs;
  return fullThenAtMs - nowMs > burstSeconds * 1_000 ? undefined : Math.ceil(fullThenAtMs);
}
