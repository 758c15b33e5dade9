import { MemoryEventLog } from "@roomcast/event-log";
import { eventLogContract } from "./contract.ts";

let log: MemoryEventLog | undefined;

eventLogContract(
  "MemoryEventLog",
  (options) => {
    log = new MemoryEventLog(options);
    return Promise.resolve(log);
  },
  async () => log?.close(),
);
