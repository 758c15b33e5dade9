import { catalogue, declaredFields, type EventType, type Filter, parseFilters } from "@roomcast/events";

const fields = new Set((Object.keys(catalogue) as EventType[]).flatMap((type) => [...declaredFields(type)]));

/** Parses a client's filter on the declared fields of the catalogue's events; undefined for none. */
export function parseRoomFilter(input: unknown): Filter | undefined {
  return parseFilters(input, (field) => fields.has(field));
}
