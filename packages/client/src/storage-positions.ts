import type { PositionStore } from "./positions.ts";

/** What is needed of `localStorage` or `sessionStorage`. */
export type PositionStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Positions that outlast the page. */
export interface PersistentPositions extends PositionStore {
  /** Writes now what has not been written yet. */
  flush(): void;
  /** Forgets every position, here and in the storage: when the user signs out, say. */
  clear(): void;
}

const writeDelayMs = 100;
const maxRooms = 500;

/**
 * Keeps positions in a Web Storage under the key `<prefix>.positions`: of the 500 rooms handled last, written at most
 * every 100 ms and when the page goes. The prefix should name the user whose positions they are.
 *
 * A page goes by what it has handled itself; what another tab has written counts for the next page load. A storage
 * that is full, forbidden or unreadable is told to `onError` (default: the console) and does without. Pass
 * `() => localStorage` where reading that property may itself be forbidden.
 */
export function storagePositions(
  storage: PositionStorage | (() => PositionStorage),
  prefix: string,
  onError: (error: unknown) => void = console.error,
): PersistentPositions {
  const open = typeof storage === "function" ? storage : () => storage;
  const positions = new StoragePositions(open, `${prefix}.positions`, onError);
  // Node and workers without pages have no such event.
  globalThis.addEventListener?.("pagehide", () => positions.flush());
  return positions;
}

class StoragePositions implements PersistentPositions {
  readonly #open: () => PositionStorage;
  readonly #key: string;
  readonly #onError: (error: unknown) => void;
  readonly #positions: Map<string, string>;
  readonly #unwritten = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(open: () => PositionStorage, key: string, onError: (error: unknown) => void) {
    this.#open = open;
    this.#key = key;
    this.#onError = onError;
    this.#positions = this.#read();
  }

  get(room: string): string | undefined {
    return this.#positions.get(room);
  }

  set(room: string, position: string): void {
    this.#positions.set(room, position);
    this.#unwritten.delete(room);
    this.#unwritten.add(room);
    this.#timer ??= setTimeout(() => this.flush(), writeDelayMs);
  }

  flush(): void {
    this.#stopWaiting();
    if (this.#unwritten.size === 0) return;
    // Read again, so that what other tabs wrote of other rooms stays.
    const stored = this.#read();
    for (const room of this.#unwritten) {
      // Deleted first, so that it moves to the end: the rooms at the beginning are forgotten first.
      stored.delete(room);
      stored.set(room, this.#positions.get(room) as string);
    }
    this.#unwritten.clear();
    this.#attempt(() => this.#open().setItem(this.#key, JSON.stringify([...stored].slice(-maxRooms))));
  }

  clear(): void {
    this.#stopWaiting();
    this.#positions.clear();
    this.#unwritten.clear();
    this.#attempt(() => this.#open().removeItem(this.#key));
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #read(): Map<string, string> {
    return this.#attempt(() => parse(this.#open().getItem(this.#key))) ?? new Map();
  }

  #attempt<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }
}

/** Throws on anything but what was written here. */
function parse(text: string | null): Map<string, string> {
  const stored = new Map<string, string>(text === null ? [] : JSON.parse(text));
  if ([...stored].flat().every((part) => typeof part === "string")) return stored;
  throw new TypeError("the stored positions are not readable");
}
