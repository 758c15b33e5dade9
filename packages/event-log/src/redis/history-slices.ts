import type { HistoryRange, HistorySlice, LogEntry } from "../event-log.ts";

/**
 * How many entries a shared read may fetch beyond what its largest range needs: an absolute number, and a
 * multiple of that range's need.
 */
const [mostExtra, mostTimes] = [500, 8];

/** One entry of a room's history. */
export interface HistoryItem {
  offset: number;
  /** Offset of the room's previous entry. */
  prev: number;
  /** Undefined if it cannot be read. */
  entry: LogEntry | undefined;
}

/** The result of a read of everything after an offset. */
export interface FoundAfter {
  /** Oldest first. */
  items: HistoryItem[];
  /** Whether the history ends with these items. */
  reachesEnd: boolean;
  /** The room had no event after this offset, except the items. */
  quietSince: number;
}

/** The result of a read of the newest entries. */
export interface FoundNewest {
  /** Newest first. */
  items: HistoryItem[];
  /** As in `FoundAfter`. It is known at least if the newest item is missing or cannot be read. */
  quietSince: number | undefined;
}

/**
 * Chooses where one read for several ranges begins and how many entries it asks for. The count is always
 * enough for the first range and never more than separate reads would fetch together. If the ranges are far
 * apart, it reads little of the way to the others: a small limit may mean that the entries are large.
 */
export function spanOf(ranges: HistoryRange[]): { after: number; count: number } {
  let [first, last, most, all] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (const { after = 0, limit } of ranges) {
    first = Math.min(first, after);
    last = Math.max(last, after);
    // One more than the limit shows whether there is more.
    most = Math.max(most, limit + 1);
    all += limit + 1;
  }
  return { after: first, count: Math.min(all, most + Math.min(last - first, mostTimes * most, mostExtra)) };
}

/**
 * Returns the slice of a range that begins within the found items, and whether it is proven complete. Returns
 * undefined if the items end before the range does, or before its limit plus the one entry that shows whether
 * there are more.
 */
export function sliceAfter(found: FoundAfter, range: HistoryRange): HistorySlice | undefined {
  const { after = 0, until = Number.POSITIVE_INFINITY, limit } = range;
  // Search from the end: most ranges of a shared read begin near it.
  const start = found.items.findLastIndex(({ offset }) => offset <= after) + 1;
  const own = found.items.slice(start, start + limit + 1);
  const readable = own.filter(isReadable);
  const isPassed = (readable.at(-1)?.entry.offset ?? 0) > until;
  if (!found.reachesEnd && own.length <= limit && !isPassed) return undefined;
  const wanted = readable.filter(({ entry }) => entry.offset <= until);
  return {
    entries: wanted.slice(0, limit).map(({ entry }) => entry),
    complete: (readable[0]?.prev ?? found.quietSince) <= after,
    more: wanted.length > limit,
  };
}

/** Returns the slice with the newest of the found items. */
export function sliceNewest({ items, quietSince }: FoundNewest, { limit }: HistoryRange): HistorySlice {
  const readable = items.slice(0, limit).filter(isReadable);
  const oldest = readable.at(-1);
  const isAll = oldest === undefined ? quietSince === 0 : readable.length < limit && oldest.prev === 0;
  return { entries: readable.map(({ entry }) => entry).reverse(), complete: isAll, more: false };
}

function isReadable(item: HistoryItem): item is HistoryItem & { entry: LogEntry } {
  return item.entry !== undefined;
}
