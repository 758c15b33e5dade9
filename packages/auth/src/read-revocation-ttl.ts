import type { EnvReader } from "@roomcast/service";

/** Reads `REVOCATION_TTL` in milliseconds. */
export function readRevocationTtl(read: EnvReader): number {
  return read.seconds("REVOCATION_TTL", {
    default: 2_592_000,
    min: 60,
    description: "How long a revocation is remembered: at least as long as the longest token lives.",
  });
}
