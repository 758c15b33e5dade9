import { RedisUnavailableError } from "./redis-unavailable-error.ts";

/**
 * Returns the result of `work`.
 * Rejects with a `RedisUnavailableError` (`reason`) if it takes longer than `timeoutMs`.
 */
export function within<T>(timeoutMs: number, work: Promise<T>, reason?: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new RedisUnavailableError(reason?.() ?? `Redis did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
    const settle =
      <Value>(take: (value: Value) => void) =>
      (value: Value) => {
        clearTimeout(timer);
        take(value);
      };
    work.then(settle(resolve), settle(reject));
  });
}
