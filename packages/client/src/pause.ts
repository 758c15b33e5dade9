/**
 * 0.5 s, doubling up to 30 s, minus a random part of up to half, so that clients do not all return at once.
 */
export function defaultRetryDelayMs(attempt: number): number {
  return Math.min(500 * 2 ** attempt, 30_000) * (1 - Math.random() / 2);
}

/** Resolves after a time, or at once when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
