import { parseModel, UnsubscribeCommand } from "@roomcast/events";
import type { SubscriptionManager } from "../sessions/subscription-manager.ts";
import type { Command } from "./command.ts";

/** `unsubscribe {room}`: stop following a room. */
export function unsubscribeCommand(subscriptions: SubscriptionManager): Command {
  return async (session, input) => {
    const { room } = parseModel(UnsubscribeCommand, input, "invalid_command");
    return subscriptions.unsubscribe(session, room);
  };
}
