import type { RoomAccess } from "@roomcast/auth";
import type { EventLog } from "@roomcast/event-log";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { Command } from "./command.ts";
import type { CommandFailures } from "./command-failures.ts";
import { historyCommand } from "./history.ts";
import { pingCommand } from "./ping.ts";
import { subscribeCommand } from "./subscribe.ts";
import { unsubscribeCommand } from "./unsubscribe.ts";

/** What the commands use. */
export interface CommandContext {
  log: Pick<EventLog, "history" | "head">;
  access: RoomAccess;
  subscriptions: SubscriptionManager;
  failures: CommandFailures;
}

/** All commands of clients, by name. */
export function createCommands(context: CommandContext): ReadonlyMap<string, Command> {
  const { log, access, subscriptions, failures } = context;
  return new Map<string, Command>([
    ["subscribe", subscribeCommand(subscriptions, failures)],
    ["unsubscribe", unsubscribeCommand(subscriptions)],
    ["ping", pingCommand()],
    ["history", historyCommand(log, access)],
  ]);
}
