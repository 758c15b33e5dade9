import { RedisUnavailableError } from "./redis-unavailable-error.ts";

/** The result of `work`, or a `RedisUnavailableError` when it takes longer than `timeoutMs`. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      reject,
      timeoutMs,
      new RedisUnavailableError(`Redis did not answer within ${timeoutMs} ms`),
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
