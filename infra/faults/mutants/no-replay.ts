import { RedisEventLog } from "@roomcast/event-log";

// No history is ever read, and the process believes that nothing is missing.
RedisEventLog.prototype.history = () => Promise.resolve({ entries: [], complete: true, more: false });
