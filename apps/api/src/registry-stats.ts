import { ProtocolError } from "@roomcast/events";
import { type ReplicaRegistry, within } from "@roomcast/service";
import type { StatsSource } from "./api-context.ts";

const timeoutMs = 2_000;

/** Reads the replicas' stats from a registry. Throws `unavailable` if it does not answer within 2 seconds. */
export function registryStats(registry: Pick<ReplicaRegistry, "list">): StatsSource {
  return {
    async read() {
      try {
        return { replicas: await within(timeoutMs, registry.list()) };
      } catch (cause) {
        throw new ProtocolError("unavailable", "the replicas' stats cannot be read now", { cause });
      }
    },
  };
}
