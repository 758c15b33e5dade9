import type { Filters } from "@roomcast/events";
import { useEffect, useState } from "react";
import { handlerOf } from "../handler-of.ts";
import type { EventHandler, EventHandlers, Refetch, SubscribeOptions } from "../subscription.ts";
import { useRoomcast } from "./roomcast-context.ts";
import { useLatest } from "./use-latest.ts";

/** The state of a component's subscription. */
export interface RoomStatus {
  /** Whether the server has confirmed the room. */
  isReady: boolean;
  /** Why the server refused the room. */
  error: Error | undefined;
}

const waiting: RoomStatus = { isReady: false, error: undefined };

/**
 * Follows a room as long as the component is mounted; `undefined` follows none. Accepts one handler for all
 * events or handlers by type. New functions take effect at once. Only another room or other filters cause a
 * new subscription.
 */
export function useRoom(
  room: string | undefined,
  handlers: EventHandler | EventHandlers,
  { filters, refetch }: { filters?: Filters; refetch?: Refetch } = {},
): RoomStatus {
  const roomcast = useRoomcast();
  const latest = useLatest({ handlers, refetch });
  const [status, setStatus] = useState(waiting);
  const filtersText = JSON.stringify(filters);
  const hasRefetch = refetch !== undefined;
  useEffect(() => {
    if (room === undefined) return;
    let isCurrent = true;
    const update = (changed: RoomStatus) => {
      if (isCurrent) setStatus(changed);
    };
    const options: SubscribeOptions = {
      onEvent(event, position) {
        const { handlers: current } = latest.current;
        const handler = typeof current === "function" ? current : handlerOf(current, event.type);
        return handler?.(event, position);
      },
      onRefused: (error) => update({ isReady: false, error }),
      ...(filtersText === undefined ? {} : { filters: JSON.parse(filtersText) as Filters }),
      ...(hasRefetch ? { refetch: (reset, signal) => latest.current.refetch?.(reset, signal) } : {}),
    };
    const subscription = roomcast.subscribe(room, options);
    subscription.ready.then(
      () => update({ isReady: true, error: undefined }),
      // `onRefused` has reported it.
      () => undefined,
    );
    return () => {
      isCurrent = false;
      subscription.unsubscribe();
      setStatus(waiting);
    };
  }, [roomcast, room, filtersText, hasRefetch, latest]);
  return status;
}
