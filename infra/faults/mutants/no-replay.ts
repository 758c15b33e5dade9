import { RedisEventLog } from "@roomcast/event-log";

// No history is ever read, and the process takes that for whole.
RedisEventLog.prototype.history = () => Promise.resolve({ entries: [], complete: true, more: false });
