import type { HistoryBounds, RoomKind } from "@roomcast/events";
import type { RedisClient } from "@roomcast/service";
import type { LogKeys } from "./keys.ts";

/** Every process that appended from this offset on kept the rooms of a kind for at least this age. */
export interface Proof {
  ageMs: number;
  from: number;
}

/** The ages of all kinds, in the text form that every version of the log compares. */
export function textOfAges(bounds: Record<RoomKind, HistoryBounds>): string {
  return Object.values(bounds)
    .map(({ maxAgeMs }) => maxAgeMs)
    .join(",");
}

/** Reads the proofs of a kind of room and the log's newest offset; see `proofFunctions`. */
export async function readProofs(
  client: RedisClient,
  keys: LogKeys,
  bounds: Record<RoomKind, HistoryBounds>,
  kind: RoomKind,
): Promise<{ offset: number; proofs: Proof[] }> {
  const fields = ["offset", "ages", "agesFrom", "provenAt", `proof:${kind}`];
  const [offset, ages, agesFrom, provenAt, proof] = await client.hmGet(keys.meta, fields);
  const listed = provenAt === agesFrom ? parseProofs(proof ?? "") : [];
  const ageMs = Math.min(bounds[kind].maxAgeMs, ageIn(ages ?? "", bounds, kind));
  const proofs = listed.length > 0 ? listed : [{ ageMs, from: Number(agesFrom ?? 1) }];
  return { offset: Number(offset ?? 0), proofs };
}

function parseProofs(text: string): Proof[] {
  return [...text.matchAll(/\b(\d+)@(\d+)/g)].map(([, age, from]) => ({
    ageMs: Number(age),
    from: Number(from),
  }));
}

/** The age that an earlier version wrote last; infinite if it knew other kinds, or if none wrote. */
function ageIn(ages: string, bounds: Record<RoomKind, HistoryBounds>, kind: RoomKind): number {
  const list = ages.split(",");
  const kinds = Object.keys(bounds);
  return list.length === kinds.length ? Number(list[kinds.indexOf(kind)]) : Number.POSITIVE_INFINITY;
}
