import type { EventEnvelope, Filters } from "@roomcast/events";
import { useMemo, useSyncExternalStore } from "react";
import type { Reset } from "../subscription.ts";
import { RoomStateStore, type RoomView } from "./room-state-store.ts";
import { useRoomcast } from "./roomcast-context.ts";
import { useLatest } from "./use-latest.ts";

/** A room's state, and a function that fetches it again. */
export type RoomState<State> = RoomView<State> & { refetch: () => void };

/**
 * Returns a room's state. `fetchInitial` gets a snapshot from the application's API once the room is
 * followed, and `reducer` applies every later event. If events may be missing, the snapshot is fetched again.
 * The snapshot may already contain an event, so applying an event twice must do no harm. `undefined` follows
 * no room.
 */
export function useRoomState<State>(
  room: string | undefined,
  reducer: (state: State, event: EventEnvelope) => State,
  fetchInitial: (reset: Reset, signal: AbortSignal) => State | Promise<State>,
  { filters }: { filters?: Filters } = {},
): RoomState<State> {
  const roomcast = useRoomcast();
  const latest = useLatest({ reducer, fetchInitial });
  const filtersText = JSON.stringify(filters);
  const store = useMemo(() => {
    const parsed = filtersText === undefined ? {} : { filters: JSON.parse(filtersText) as Filters };
    return new RoomStateStore<State>({
      fetch: (reset, signal) => latest.current.fetchInitial(reset, signal),
      reduce: (state, event) => latest.current.reducer(state, event),
      follow: (options) =>
        room === undefined ? undefined : roomcast.subscribe(room, { ...options, ...parsed }),
    });
  }, [roomcast, room, filtersText, latest]);
  const view = useSyncExternalStore(store.listen, store.view, store.view);
  return useMemo(() => ({ ...view, refetch: store.refetch }), [view, store]);
}
