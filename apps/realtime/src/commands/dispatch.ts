import { type Ack, ProtocolError, toProtocolError } from "@roomcast/events";
import { type Logger, SampledLog } from "@roomcast/service";
import { sendServerEvent } from "../delivery/server-event.ts";
import type { Session } from "../sessions/session.ts";
import { type BucketRule, tenSecondsOf } from "../sessions/token-bucket.ts";
import type { Command } from "./command.ts";
import { logRefusal } from "./log-refusal.ts";
import { hasOutputOverflow } from "./output-overflow.ts";
import { weightOf } from "./weights.ts";

type Answer = (ack: Ack<unknown>) => void;

/**
 * Runs the commands of clients. Every outcome is answered through the client's callback. Without a callback,
 * a failure is sent as `connection.error`. Nothing that a client sends makes it throw.
 */
export class Dispatcher {
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #rate: BucketRule;
  readonly #logger: Logger;
  readonly #log: SampledLog;

  /**
   * `rate`: commands per second that a session may send on average, by weight; bursts of ten times as many.
   */
  constructor(commands: ReadonlyMap<string, Command>, rate: number, logger: Logger) {
    this.#commands = commands;
    this.#rate = tenSecondsOf(rate);
    this.#logger = logger;
    this.#log = new SampledLog(logger);
  }

  /** Handles one emitted packet: its name, its arguments, and the callback if the last argument is one. */
  dispatch(session: Session, name: unknown, args: readonly unknown[]): void {
    if (hasOutputOverflow(session)) return session.connection.terminate();
    const last = args.at(-1);
    const answer: Answer | undefined = typeof last === "function" ? (ack) => last(ack) : undefined;
    const input = answer === undefined ? args[0] : args.length > 1 ? args[0] : undefined;
    this.#run(session, name, input)
      .then((data) => answer?.({ ok: true, data }))
      .catch((error: unknown) => this.#fail(session, name, error, answer));
  }

  async #run(session: Session, name: unknown, input: unknown): Promise<unknown> {
    const retryAfterMs = session.takeCommand(this.#rate, weightOf(name, input));
    if (retryAfterMs > 0)
      throw new ProtocolError("rate_limited", `too many commands: wait ${retryAfterMs} ms`, { retryAfterMs });
    const command = typeof name === "string" ? this.#commands.get(name) : undefined;
    if (command === undefined)
      throw new ProtocolError("unknown_command", "there is no command with this name");
    return command(session, input);
  }

  #fail(session: Session, name: unknown, cause: unknown, answer: Answer | undefined): void {
    const error = toProtocolError(cause);
    const fields = {
      sessionId: session.id,
      userId: session.userId,
      command: String(name).slice(0, 64),
      code: error.code,
    };
    if (error.code === "internal") logRefusal(this.#log, "warn", error, "command failed", fields);
    else this.#logger.debug(fields, "command refused");
    if (answer !== undefined) answer({ ok: false, error: error.toBody() });
    else
      sendServerEvent(
        session.connection.socket,
        "connection.error",
        `user:${session.userId}`,
        error.toBody(),
      );
  }
}
