import { realtimeClass, replaceMethod } from "./realtime-class.ts";

interface Methods {
  bufferUntilEntered(session: { connection: { open(): void } }): void;
}

// A session buffers nothing before it reads its past, so that live events and positions reach it first.
replaceMethod(
  await realtimeClass<Methods>("subscriptions/subscription-manager"),
  "bufferUntilEntered",
  ({ connection }) => connection.open(),
);
