import { setTimeout as delay } from "node:timers/promises";

/**
 * Repeats a check every 20 ms until it returns true.
 * After `timeoutMs`, rejects with an error that names `what`.
 */
export async function waitUntil(
  what: string,
  isTrue: () => Promise<boolean> | boolean,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await delay(20);
  }
}
