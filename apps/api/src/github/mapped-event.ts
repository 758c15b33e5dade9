import type { EventType } from "@roomcast/events";

/** A catalogue event made of a webhook; the broadcaster still has to validate it. */
export interface MappedEvent {
  type: EventType;
  data: object;
}
