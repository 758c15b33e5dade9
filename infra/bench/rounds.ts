/** Median and extremes of several measurements. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Measures every subject once in each round, so that disturbances of the machine affect all alike. */
export async function inRounds<T>(
  rounds: number,
  subjects: readonly T[],
  measure: (subject: T) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) await measure(subject);
  }
}

/** Computes median and extremes. Throws without samples. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("there are no samples for a median");
  return { median: (low + high) / 2, min: sorted[0] as number, max: sorted.at(-1) as number };
}
