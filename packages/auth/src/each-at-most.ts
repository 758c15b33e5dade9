/**
 * Runs `work` on every item, in order and on at most `limit` items at a time. Rejects with the first error
 * and starts no more work after it.
 */
export async function eachAtMost<T>(
  limit: number,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const remaining = inTurn(items);
  const workOn = async () => {
    for (const item of remaining) await work(item);
  };
  // A failed loop ends, and that closes the iterator that all loops share.
  await Promise.all(Array.from({ length: limit }, workOn));
}

function* inTurn<T>(items: Iterable<T>): Generator<T, void> {
  yield* items;
}
