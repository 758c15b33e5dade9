import { type Filter, filterFields, parseFilters } from "@roomcast/events";

/** Parses a client's filter on the fields of the catalogue's events; undefined for none, else `invalid_filter`. */
export function parseRoomFilter(input: unknown): Filter | undefined {
  return parseFilters(input, filterFields);
}
