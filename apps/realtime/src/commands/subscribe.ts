import { type Ack, inItem, ProtocolError, SubscribeCommand, type Subscribed } from "@roomcast/events";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { Command } from "./command.ts";
import { parseCommand } from "./parse-command.ts";

/** Rooms that one `subscribe` may request. */
const maxRooms = 100;

/** `subscribe {room, since?, filters?}`, or an array of these, which is answered by an array of acks. */
export function subscribeCommand(subscriptions: SubscriptionManager): Command {
  return async (session, input) => {
    if (!Array.isArray(input)) return single(await subscriptions.subscribe(session, [parse(input)]));
    if (input.length === 0 || input.length > maxRooms) {
      throw new ProtocolError("invalid_command", `subscribe takes 1 to ${maxRooms} rooms at once`);
    }
    return subscriptions.subscribe(
      session,
      input.map((one, index) => inItem(`[${index}]`, () => parse(one))),
    );
  };
}

function parse(input: unknown): SubscribeCommand {
  return parseCommand(SubscribeCommand, input);
}

function single([ack]: Ack<Subscribed>[]): Subscribed {
  if (ack?.ok) return ack.data;
  const { code, message, details } = (ack as Extract<Ack<never>, { ok: false }>).error;
  throw new ProtocolError(code, message, { details });
}
