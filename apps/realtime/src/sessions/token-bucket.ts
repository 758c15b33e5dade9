/** How fast a bucket refills and how much it holds. */
export interface BucketRule {
  /** Tokens per second. */
  rate: number;
  /** Tokens in a full bucket. */
  burst: number;
}

/** A bucket that holds the tokens of ten seconds. */
export function tenSecondsOf(rate: number): BucketRule {
  return { rate, burst: rate * 10 };
}

/**
 * Takes tokens from a bucket; undefined if it has too few. A bucket is stored as the time when it will be
 * full again, in whole milliseconds (GCRA, the leaky bucket as a meter). That is one small integer, because
 * every connection has some of these. It begins at 0. A weight beyond a full bucket takes a full bucket.
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

/** When the bucket will have enough tokens, in whole milliseconds from now; 0 if it has. */
export function retryAfterMs(
  fullAtMs: number,
  rule: BucketRule,
  weight = 1,
  nowMs = performance.now(),
): number {
  const fullInMs = Math.max(fullAtMs - nowMs, 0) + costMs(rule, weight);
  // The stored time is rounded up.
  return Math.max(Math.ceil(fullInMs - (rule.burst * 1_000) / rule.rate) - 1, 0);
}

function costMs({ rate, burst }: BucketRule, weight: number): number {
  return (Math.min(weight, burst) * 1_000) / rate;
}
