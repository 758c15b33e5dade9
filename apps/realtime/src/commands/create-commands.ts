import type { RoomAccess } from "@roomcast/auth";
import type { EventLog } from "@roomcast/event-log";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { Command } from "./command.ts";
import { historyCommand } from "./history.ts";
import { pingCommand } from "./ping.ts";
import { subscribeCommand } from "./subscribe.ts";
import { unsubscribeCommand } from "./unsubscribe.ts";

/** What the commands use. */
export interface CommandContext {
  log: Pick<EventLog, "history" | "head">;
  access: RoomAccess;
  subscriptions: SubscriptionManager;
}

/** All commands of clients, by name. */
export function createCommands({ log, access, subscriptions }: CommandContext): ReadonlyMap<string, Command> {
  return new Map<string, Command>([
    ["subscribe", subscribeCommand(subscriptions)],
    ["unsubscribe", unsubscribeCommand(subscriptions)],
    ["ping", pingCommand()],
    ["history", historyCommand(log, access)],
  ]);
}
