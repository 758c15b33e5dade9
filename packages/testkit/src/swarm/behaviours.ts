import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { SwarmClient } from "./swarm-client.ts";

/** Leaves one of its rooms now and then and joins it again, either from its last position or live. */
export async function churn(client: SwarmClient, random: Random, signal: AbortSignal): Promise<void> {
  while (await rested(random.between(300, 2_000), signal)) {
    if (client.hasGivenUp) return;
    if (!client.isSettled || client.rooms.length === 0) continue;
    const room = random.pick(client.rooms);
    const position = client.positionOf(room);
    await client.leave(room);
    await rested(random.between(0, 500), signal);
    const returns = position !== undefined && random.next() < 0.5;
    await client.follow([{ room, ...(returns ? { since: position } : {}) }]);
  }
}

/** Joins another room now and then, from a position of a moment ago, and leaves it again. */
export async function lookBack(
  client: SwarmClient,
  random: Random,
  signal: AbortSignal,
  rooms: readonly string[],
  pastPosition: () => string | undefined,
): Promise<void> {
  while (await rested(random.between(300, 2_000), signal)) {
    if (client.hasGivenUp) return;
    const others = rooms.filter((room) => !client.rooms.includes(room));
    const since = pastPosition();
    if (others.length === 0 || since === undefined) continue;
    const room = random.pick(others);
    await client.follow([{ room, since }]);
    await rested(random.between(500, 2_000), signal);
    await client.leave(room);
  }
}

/** Waits. Returns false if the behaviour must end. */
async function rested(ms: number, signal: AbortSignal): Promise<boolean> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
