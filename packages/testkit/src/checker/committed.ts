import type { Anomaly } from "./anomaly.ts";
import type { DeliveryHistory, Publication } from "./history.ts";
import { type EventPlace, type Lineage, placeOfEvent } from "./lineage.ts";

/** An event that is in the log for good. */
export interface CommittedEvent {
  id: string;
  offset: number;
  publication: Publication;
}

/** The log's content, from acknowledgements, received events and final histories, with contradictions. */
export interface Committed {
  byId: ReadonlyMap<string, CommittedEvent>;
  /** In the order of the log. */
  byRoom: ReadonlyMap<string, readonly CommittedEvent[]>;
  anomalies: Anomaly[];
}

/** Finds the events that are in the log for good, and their order. */
export function findCommitted(history: DeliveryHistory, lineage: Lineage): Committed {
  const finder = new CommittedFinder(history, lineage);
  finder.readAcks();
  finder.readReceipts();
  finder.readLog();
  return { byId: finder.byId, byRoom: byRoom(finder.byId), anomalies: finder.anomalies };
}

class CommittedFinder {
  readonly byId = new Map<string, CommittedEvent>();
  readonly anomalies: Anomaly[] = [];
  readonly #history: DeliveryHistory;
  readonly #lineage: Lineage;
  /** Event ids by their position in one epoch, rolled back or not. */
  readonly #ids = new Map<string, string>();
  readonly #keys = new Map<string, string>();
  readonly #offsets = new Map<number, string>();

  constructor(history: DeliveryHistory, lineage: Lineage) {
    this.#history = history;
    this.#lineage = lineage;
  }

  readAcks(): void {
    for (const { key, ack } of this.#history.publications.values()) {
      if (ack !== undefined) this.#add(key, ack.id, placeOfEvent(ack.position));
    }
  }

  readReceipts(): void {
    for (const { ops } of this.#history.clients) {
      for (const op of ops) {
        if (op.kind === "received") this.#add(op.key, op.id, placeOfEvent(op.position));
      }
    }
  }

  readLog(): void {
    const epoch = this.#history.log.epochs.at(-1)?.name ?? "none";
    for (const { entries } of this.#history.log.rooms.values()) {
      for (const { id, key, offset } of entries) this.#add(key, id, { epoch, offset, isReplayed: true });
    }
  }

  #add(key: string, id: string, place: EventPlace): void {
    if (!place.isReplayed) this.#checkPlace(id, `${place.epoch}.${place.offset}`);
    if (!this.#lineage.has(place)) return;
    const known = this.byId.get(id);
    if (known === undefined) this.#commit(key, id, place.offset);
    else if (known.offset !== place.offset) {
      const detail = `${key} is both at ${known.offset} and at ${place.offset}`;
      this.anomalies.push({ kind: "duplicate", detail });
    }
  }

  #commit(key: string, id: string, offset: number): void {
    const publication = this.#history.publications.get(key);
    if (publication === undefined) throw new Error(`no publisher has sent an event with the key ${key}`);
    this.#checkOffset(id, offset);
    this.#checkKey(key, id);
    this.byId.set(id, { id, offset, publication });
  }

  #checkPlace(id: string, place: string): void {
    const other = this.#ids.get(place) ?? id;
    this.#ids.set(place, other);
    if (other !== id) this.#inconsistent(place, other, id);
  }

  #checkOffset(id: string, offset: number): void {
    const other = this.#offsets.get(offset) ?? id;
    this.#offsets.set(offset, other);
    if (other !== id) this.#inconsistent(String(offset), other, id);
  }

  #checkKey(key: string, id: string): void {
    const other = this.#keys.get(key) ?? id;
    this.#keys.set(key, other);
    if (other !== id)
      this.anomalies.push({ kind: "duplicate", detail: `${key} was written as ${other} and ${id}` });
  }

  #inconsistent(place: string, one: string, other: string): void {
    this.anomalies.push({ kind: "inconsistent-offset", detail: `${place} is both ${one} and ${other}` });
  }
}

function byRoom(byId: Map<string, CommittedEvent>): Map<string, CommittedEvent[]> {
  const rooms = new Map<string, CommittedEvent[]>();
  for (const event of [...byId.values()].sort((a, b) => a.offset - b.offset)) {
    for (const room of event.publication.rooms) {
      const events = rooms.get(room);
      if (events === undefined) rooms.set(room, [event]);
      else events.push(event);
    }
  }
  return rooms;
}
