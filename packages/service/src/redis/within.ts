import { RedisUnavailableError } from "./redis-unavailable-error.ts";

/** The result of `work`, or a `RedisUnavailableError`, with `reason` if given, when it takes longer than `timeoutMs`. */
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
