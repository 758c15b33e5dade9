/** Remembers, for each room, the position of the last event the application has handled. Must not throw. */
export interface PositionStore {
  get(room: string): string | undefined;
  set(room: string, position: string): void;
}

/** Positions that last as long as the page: a lost session goes on where it was, a reload starts afresh. */
export function memoryPositions(): PositionStore {
  const positions = new Map<string, string>();
  return { get: (room) => positions.get(room), set: (room, position) => void positions.set(room, position) };
}
