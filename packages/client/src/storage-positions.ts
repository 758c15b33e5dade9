import type { PositionStore } from "./positions.ts";

/** The part of `localStorage` or `sessionStorage` that is used. */
export type PositionStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Positions that survive a page load. */
export interface PersistentPositions extends PositionStore {
  /** Writes the unwritten positions now. */
  flush(): void;
  /** Deletes every position, here and in the storage, for example when the user signs out. */
  clear(): void;
}

const writeDelayMs = 100;
const maxRooms = 500;

/**
 * Stores positions in a Web Storage under the key `<prefix>.positions`. It keeps the 500 most recent rooms
 * and writes at most every 100 ms and when the page is hidden. The prefix should name the user whose
 * positions they are.
 *
 * A page uses the positions that it has handled itself; positions of other tabs count at the next page load.
 * If the storage is full, forbidden or unreadable, it calls `onError` (default: the console) and continues
 * without it. Pass `() => localStorage` where reading that property may itself be forbidden.
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
    // Read again, to keep what other tabs wrote for other rooms.
    const stored = this.#read();
    for (const room of this.#unwritten) {
      // Delete it first, so that it moves to the end. The rooms at the beginning are dropped first.
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

/** Throws on anything that this file did not write. */
function parse(text: string | null): Map<string, string> {
  const stored = new Map<string, string>(text === null ? [] : JSON.parse(text));
  if ([...stored].flat().every((part) => typeof part === "string")) return stored;
  throw new TypeError("the stored positions are not readable");
}
