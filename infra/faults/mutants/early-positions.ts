import { realtimeClass, replaceMethod } from "./realtime-class.ts";

interface Methods {
  bufferUntilEntered(session: { connection: { open(): void } }): void;
}

// A session does not buffer during its catch-up, so live events and positions arrive before the missed
// events.
replaceMethod(
  await realtimeClass<Methods>("subscriptions/subscription-manager"),
  "bufferUntilEntered",
  ({ connection }) => connection.open(),
);
