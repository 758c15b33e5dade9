import { realtimeClass, replaceMethod } from "./realtime-class.ts";

interface Methods {
  mustWait(): boolean;
}

// Rooms are entered while a gap of the log is dealt with, for which their past is no longer read.
replaceMethod(await realtimeClass<Methods>("subscriptions/catch-up"), "mustWait", () => false);
