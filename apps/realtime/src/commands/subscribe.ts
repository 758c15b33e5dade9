import { type Ack, inItem, ProtocolError, SubscribeCommand, type Subscribed } from "@roomcast/events";
import type { Session } from "../sessions/session.ts";
import { isDone, type Outcome } from "../subscriptions/outcome.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { Command } from "./command.ts";
import type { CommandFailures } from "./command-failures.ts";
import { parseCommand } from "./parse-command.ts";

/** Rooms that one `subscribe` may request. */
const maxRooms = 100;

/** `subscribe {room, since?, filters?}`, or an array of these, which is answered by an array of acks. */
export function subscribeCommand(
  subscriptions: Pick<SubscriptionManager, "subscribe">,
  failures: CommandFailures,
): Command {
  return async (session, input) => {
    if (!Array.isArray(input)) return single(await subscriptions.subscribe(session, [parse(input)]));
    if (input.length === 0 || input.length > maxRooms) {
      throw new ProtocolError("invalid_command", `subscribe takes 1 to ${maxRooms} rooms at once`);
    }
    const joinRequests = input.map((one, index) => inItem(`[${index}]`, () => parse(one)));
    const outcomes = await subscriptions.subscribe(session, joinRequests);
    return outcomes.map((outcome) => toAck(outcome, session, failures));
  };
}

function parse(input: unknown): SubscribeCommand {
  return parseCommand(SubscribeCommand, input);
}

function single([outcome]: Outcome<Subscribed>[]): Subscribed {
  if (outcome !== undefined && isDone(outcome)) return outcome;
  throw outcome;
}

/** The answer for one room of several; the command itself succeeds, so that nobody else logs what fails. */
function toAck(outcome: Outcome<Subscribed>, session: Session, failures: CommandFailures): Ack<Subscribed> {
  if (isDone(outcome)) return { ok: true, data: outcome };
  failures.write(session, "subscribe", outcome);
  return { ok: false, error: outcome.toBody() };
}
