import type { EventEnvelope, Filters } from "@roomcast/events";
import { useMemo, useSyncExternalStore } from "react";
import type { Reset } from "../subscription.ts";
import { RoomStateStore, type RoomView } from "./room-state-store.ts";
import { useRoomcast } from "./roomcast-context.ts";
import { useLatest } from "./use-latest.ts";

/** A room's state, and a way to have it fetched again. */
export type RoomState<State> = RoomView<State> & { refetch: () => void };

/**
 * A room's state: a snapshot that `fetchInitial` gets from the application's API once the room is followed, with every
 * later event applied by `reducer`, and fetched again when events may be missing. An event may already be part of the
 * snapshot, so applying it twice must do no harm. `undefined` follows no room.
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
