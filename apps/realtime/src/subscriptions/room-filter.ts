import { type Filter, filterFields, parseFilters } from "@roomcast/events";

/** Parses a client's filter on the fields of the catalogue's events; undefined for none, else `invalid_filter`. */
export function parseRoomFilter(input: unknown): Filter | undefined {
  return parseFilters(input, filterFields);
}

/**
 * Characters that all filters of a connection may hold. The filters of rooms that it left count separately.
 */
export const maxFilterSize = 65_536;

/** Characters of filters, as they are kept in memory and stored. */
export function filterSize(filters: Iterable<Filter | undefined>): number {
  let size = 0;
  for (const filter of filters) size += filter?.key.length ?? 0;
  return size;
}
