import { realtimeClass, replaceMethod } from "./realtime-class.ts";

interface Methods {
  checkAll(): Promise<void>;
}

// After a gap in the log, the replica does not look up the revocations that it missed.
replaceMethod(await realtimeClass<Methods>("subscriptions/revocation-control"), "checkAll", () =>
  Promise.resolve(),
);
