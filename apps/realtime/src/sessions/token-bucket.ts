/** What a bucket lets through. */
export interface BucketRule {
  /** Tokens that come back in a second. */
  rate: number;
  /** Tokens that a full bucket holds. */
  burst: number;
}

/** A bucket that holds ten seconds' worth. */
export function tenSecondsOf(rate: number): BucketRule {
  return { rate, burst: rate * 10 };
}

/**
 * Takes tokens from a bucket; undefined if there are too few. A bucket is kept as the time when it will be full again, in
 * whole milliseconds (GCRA, the leaky bucket as a meter): one small integer, because every connection has some of these.
 * It begins at 0. What weighs more than a full bucket holds takes a full one.
 */
export function takeToken(
  fullAtMs: number,
  rule: BucketRule,
  weight = 1,
  nowMs = performance.now(),
): number | undefined {
  if (retryAfterMs(fullAtMs, rule, weight, nowMs) > 0) return undefined;
  return Math.ceil(Math.max(fullAtMs, nowMs) + costMs(rule, weight));
}

/** When there will be enough tokens, in whole milliseconds from now; 0 if there are. */
export function retryAfterMs(
  fullAtMs: number,
  rule: BucketRule,
  weight = 1,
  nowMs = performance.now(),
): number {
  const fullInMs = Math.max(fullAtMs - nowMs, 0) + costMs(rule, weight);
  // A bucket's time is rounded up.
  return Math.max(Math.ceil(fullInMs - (rule.burst * 1_000) / rule.rate) - 1, 0);
}

function costMs({ rate, burst }: BucketRule, weight: number): number {
  return (Math.min(weight, burst) * 1_000) / rate;
}
