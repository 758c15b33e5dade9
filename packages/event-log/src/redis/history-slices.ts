import type { HistoryRange, HistorySlice, LogEntry } from "../event-log.ts";

/** Entries that a shared read may bring beyond what the largest of its ranges needs, and how many times as many as that. */
const [mostExtra, mostTimes] = [500, 8];

/** One place in a room's history. */
export interface HistoryItem {
  offset: number;
  /** Offset of the room's previous entry. */
  prev: number;
  /** Undefined if it cannot be read. */
  entry: LogEntry | undefined;
}

/** What a read of everything after an offset found. */
export interface FoundAfter {
  /** Oldest first. */
  items: HistoryItem[];
  /** Whether the history ends with these. */
  reachesEnd: boolean;
  /** The room had no event after this offset, except those that were found. */
  quietSince: number;
}

/** What a read of the newest entries found. */
export interface FoundNewest {
  /** Newest first. */
  items: HistoryItem[];
  /** Like that of `FoundAfter`; known at least if the newest item is missing or cannot be read. */
  quietSince: number | undefined;
}

/**
 * Where one read for several ranges begins, and how many entries it asks for: enough for the first of them in any case,
 * never more than reads of their own would bring together, and little of the way to the others if they are far apart: a
 * small limit may mean that the entries are large.
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
 * The slice of a range that begins within what was found, and whether it is proven complete. Undefined if the items end
 * before the range does, or before its limit and the one entry more that shows whether the limit cut off any.
 */
export function sliceAfter(found: FoundAfter, range: HistoryRange): HistorySlice | undefined {
  const { after = 0, until = Number.POSITIVE_INFINITY, limit } = range;
  // From the end: of those who share a read, most miss little.
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

/** The newest of what was found. */
export function sliceNewest({ items, quietSince }: FoundNewest, { limit }: HistoryRange): HistorySlice {
  const readable = items.slice(0, limit).filter(isReadable);
  const oldest = readable.at(-1);
  const isAll = oldest === undefined ? quietSince === 0 : readable.length < limit && oldest.prev === 0;
  return { entries: readable.map(({ entry }) => entry).reverse(), complete: isAll, more: false };
}

function isReadable(item: HistoryItem): item is HistoryItem & { entry: LogEntry } {
  return item.entry !== undefined;
}
