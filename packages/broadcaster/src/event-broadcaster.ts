import { catalogue, type EventData, type EventType } from "@roomcast/events";
import { type BroadcastMethods, broadcastMethodName } from "./broadcast-methods.ts";
import { EventPublisher } from "./event-publisher.ts";
import type { PublishOptions } from "./publish-options.ts";

type WithBroadcastMethods = new (
  ...args: ConstructorParameters<typeof EventPublisher>
) => EventPublisher & BroadcastMethods;

/**
 * Publishes events from application code: `broadcaster.broadcastProjectUpdated({ … })`. There is one method
 * per catalogue event. It resolves once the event is in the log, and rejects with a `ProtocolError`
 * otherwise.
 */
export class EventBroadcaster extends (EventPublisher as WithBroadcastMethods) {}

for (const type of Object.keys(catalogue) as EventType[]) {
  Object.defineProperty(EventBroadcaster.prototype, broadcastMethodName(type), {
    value(this: EventPublisher, data: EventData<typeof type>, options?: PublishOptions) {
      return this.publish(type, data, options);
    },
    configurable: true,
    writable: true,
  });
}
