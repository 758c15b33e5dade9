import { realtimeClass, replaceMethod } from "./realtime-class.ts";

interface Methods {
  mustWait(): boolean;
}

// Rooms are joined while the replica handles a gap in the log. Their missed events of the gap are then never
// read.
replaceMethod(await realtimeClass<Methods>("subscriptions/catch-up"), "mustWait", () => false);
