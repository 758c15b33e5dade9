import type { EventType } from "@roomcast/events";
import type { EventHandler, EventHandlers } from "./subscription.ts";

/** The handler of a type, which takes events of that type only, as one for any event. */
export function handlerOf(handlers: EventHandlers | undefined, type: EventType): EventHandler | undefined {
  return handlers?.[type] as EventHandler | undefined;
}
