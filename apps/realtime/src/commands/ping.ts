import type { Command } from "./command.ts";

/** `ping`: is the application there, and what time is it there? */
export function pingCommand(now: () => number = Date.now): Command {
  return async () => ({ serverTime: new Date(now()).toISOString() });
}
