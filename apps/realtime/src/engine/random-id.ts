import { randomFillSync } from "node:crypto";

const pool = Buffer.alloc(4_096);
let used = pool.length;

/** An id of so many random bytes in base64url. Asking the system for each would cost as much as a write to a client. */
export function randomId(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  const id = pool.toString("base64url", used - bytes, used);
  // What an id was made of is kept nowhere.
  pool.fill(0, used - bytes, used);
  return id;
}
