/** Stores, for each room, the position of the last event that the application has handled. Must not throw. */
export interface PositionStore {
  get(room: string): string | undefined;
  set(room: string, position: string): void;
}

/** Positions in memory. A lost session continues where it was; a page load starts from the beginning. */
export function memoryPositions(): PositionStore {
  const positions = new Map<string, string>();
  return { get: (room) => positions.get(room), set: (room, position) => void positions.set(room, position) };
}
