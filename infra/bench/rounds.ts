/** What several measurements of one thing say. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Measures everyone once in each round, so that whatever else the machine does falls on all alike. */
export async function inRounds<T>(
  rounds: number,
  takers: readonly T[],
  measure: (taker: T) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const taker of takers) await measure(taker);
  }
}

/** Median and extremes; throws if there is nothing. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("a median of nothing");
  return { median: (low + high) / 2, min: sorted[0] as number, max: sorted.at(-1) as number };
}
