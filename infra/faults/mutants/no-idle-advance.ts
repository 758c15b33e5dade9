import { realtimeClass, replaceMethod } from "./realtime-class.ts";

interface Methods {
  step(): void;
}

// Sessions without events are never told a newer position.
replaceMethod(await realtimeClass<Methods>("delivery/idle-advance"), "step", () => undefined);
