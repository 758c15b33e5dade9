import { randomFillSync } from "node:crypto";

const pool = Buffer.alloc(4_096);
let used = pool.length;

/**
 * What `use` makes of so many random bytes, which are wiped then. They are drawn many at a time: to ask the system for
 * each few costs as much as a write to a client.
 */
export function withRandom<T>(bytes: number, use: (random: Buffer) => T): T {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + bytes);
  used += bytes;
  const made = use(random);
  random.fill(0);
  return made;
}

/** An id of so many random bytes in base64url. */
export function randomId(bytes: number): string {
  return withRandom(bytes, (random) => random.toString("base64url"));
}
