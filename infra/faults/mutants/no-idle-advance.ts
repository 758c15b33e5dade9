import { realtimeClass, replaceMethod } from "./realtime-class.ts";

interface Methods {
  isIdle(): boolean;
}

// Sessions without events never receive a newer position.
replaceMethod(await realtimeClass<Methods>("subscriptions/idle-advance"), "isIdle", () => false);
