import { UnsubscribeCommand } from "@roomcast/events";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { Command } from "./command.ts";
import { parseCommand } from "./parse-command.ts";

/** `unsubscribe {room}`: stops following a room. */
export function unsubscribeCommand(subscriptions: SubscriptionManager): Command {
  return async (session, input) => {
    const { room } = parseCommand(UnsubscribeCommand, input);
    return subscriptions.unsubscribe(session, room);
  };
}
