import { MemoryEventLog } from "../src/index.ts";
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
