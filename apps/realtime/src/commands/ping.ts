import type { Command } from "./command.ts";

/** `ping`: whether the application answers, and its time. */
export function pingCommand(now: () => number = Date.now): Command {
  return async () => ({ serverTime: new Date(now()).toISOString() });
}
