/**
 * Does work on every item, begun in their order and on at most `limit` at a time. Rejects with the first error; after that,
 * no more is begun.
 */
export async function eachAtMost<T>(
  limit: number,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = inTurn(items);
  const workOn = async () => {
    for (const item of left) await work(item);
  };
  // One that fails leaves its loop, which ends the iterator that all of them share.
  await Promise.all(Array.from({ length: limit }, workOn));
}

function* inTurn<T>(items: Iterable<T>): Generator<T, void> {
  yield* items;
}
