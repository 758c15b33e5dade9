import type { EventType } from "@roomcast/events";
import type { EventHandler, EventHandlers } from "./subscription.ts";

/** Returns the handler of an event type, typed as a handler of any event. */
export function handlerOf(handlers: EventHandlers | undefined, type: EventType): EventHandler | undefined {
  return handlers?.[type] as EventHandler | undefined;
}
