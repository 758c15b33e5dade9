import type { EventType } from "@roomcast/events";

/** A catalogue event made from a webhook. The broadcaster must still validate it. */
export interface MappedEvent {
  type: EventType;
  data: object;
}
