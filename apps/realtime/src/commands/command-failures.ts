import type { ProtocolError } from "@roomcast/events";
import { type Logger, SampledLog } from "@roomcast/service";
import type { Session } from "../sessions/session.ts";
import { logRefusal } from "./log-refusal.ts";

const maxShownLength = 64;

/** Logs commands that failed: faults of our own with their cause, what the client did wrong only at debug. */
export class CommandFailures {
  readonly #logger: Logger;
  readonly #log: SampledLog;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#log = new SampledLog(logger);
  }

  write({ id: sessionId, userId }: Session, name: unknown, error: ProtocolError): void {
    const { code } = error;
    const fields = { sessionId, userId, command: String(name).slice(0, maxShownLength), code };
    if (code === "internal") logRefusal(this.#log, "warn", error, "command failed", fields);
    else this.#logger.debug(fields, "command refused");
  }
}
