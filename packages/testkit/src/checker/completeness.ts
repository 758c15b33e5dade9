import type { Anomaly } from "./anomaly.ts";
import type { ClientWalk } from "./client-walk.ts";
import type { Committed, CommittedEvent } from "./committed.ts";
import type { Allowances, DeliveryHistory } from "./history.ts";
import { type Lineage, placeOfEvent } from "./lineage.ts";
import { passes, type Span } from "./room-track.ts";

/** A client and the result of walking through its history. */
export interface WalkedClient {
  name: string;
  walk: ClientWalk;
}

/** Finds the events that were promised to clients but never received. */
export function findMissing(
  clients: readonly WalkedClient[],
  committed: Committed,
  lineage: Lineage,
): Anomaly[] {
  const receivedByAnyone = new Set(clients.flatMap(({ walk }) => [...walk.received]));
  const lost = new Map<string, Anomaly>();
  const missing = clients.flatMap(({ name, walk }) =>
    walk.spans.flatMap((span) => {
      if (!lineage.has(span.start)) return isUnended(span) ? [unbroken(name, span)] : [];
      return missingOf(span, walk, committed).flatMap((event): Anomaly[] => {
        const { key, ack } = event.publication;
        if (ack === undefined || receivedByAnyone.has(key)) return [gap(name, span, event)];
        lost.set(key, { kind: "lost-write", room: span.room, detail: `no client received ${key}` });
        return [];
      });
    }),
  );
  return [...lost.values(), ...missing];
}

/** Finds acknowledged events that the log does not have. */
export function findLost(
  { publications, log }: DeliveryHistory,
  lineage: Lineage,
  { lost }: Allowances,
): Anomaly[] {
  const kept = new Map(
    [...log.rooms].map(([room, { entries }]) => [room, new Set(entries.map(({ id }) => id))]),
  );
  return [...publications.values()].flatMap((publication): Anomaly[] => {
    const { key, ack, rooms } = publication;
    if (ack === undefined || lost?.(publication) === true) return [];
    const place = placeOfEvent(ack.position);
    if (!lineage.has(place))
      return [{ kind: "lost-write", detail: `${key} at ${ack.position} was rolled back` }];
    const gone = rooms.filter((room) => {
      const history = log.rooms.get(room);
      return history !== undefined && place.offset > history.after && kept.get(room)?.has(ack.id) !== true;
    });
    return gone.map((room) => ({
      kind: "lost-write",
      room,
      detail: `${key} at ${ack.position} is not in the log`,
    }));
  });
}

function missingOf(span: Span, { received }: ClientWalk, { byRoom }: Committed): CommittedEvent[] {
  const limit = span.limit ?? Number.POSITIVE_INFINITY;
  return (byRoom.get(span.room) ?? []).filter(
    ({ offset, publication: { key, tag } }) =>
      offset > span.start.offset && offset <= limit && passes(tag, span.tags) && !received.has(key),
  );
}

function gap(client: string, span: Span, { offset, publication: { key } }: CommittedEvent): Anomaly {
  const kind = offset < span.last ? "poll-skip" : "unfinished";
  return {
    kind,
    client,
    room: span.room,
    detail: `${key} at ${offset} is missing; the last was ${span.last}`,
  };
}

function isUnended({ limit }: Span): boolean {
  return limit === undefined;
}

function unbroken(client: string, { room, start }: Span): Anomaly {
  const detail = `was never told that ${start.epoch}.${start.offset} is not a position in the log`;
  return { kind: "silent-rollback", client, room, detail };
}
