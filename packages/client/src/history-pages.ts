import type { HistoryPage } from "@roomcast/events";
import type { CommandChannel } from "./command-channel.ts";
import { pause } from "./pause.ts";
import type { RoomcastError } from "./roomcast-error.ts";

/** Where to begin, and the size of a page. */
export interface HistoryOptions {
  /** Reads events after this position. Without it, reads the newest `limit` events. */
  since?: string;
  /** Events per page, 1 to 1,000. Default 100. */
  limit?: number;
}

const maxAttempts = 5;

/**
 * Reads a room's history page by page.
 * Rejects with a `RoomcastError`, after five attempts if a retry may help.
 */
export async function* historyPages(
  commands: CommandChannel,
  room: string,
  options: HistoryOptions,
  retryDelayMs: (attempt: number) => number,
): AsyncGenerator<HistoryPage, void, undefined> {
  let { since } = options;
  for (;;) {
    const input = { room, ...options, ...(since === undefined ? {} : { since }) };
    const page = await withRetries(() => commands.call<HistoryPage>("history", input), retryDelayMs);
    yield page;
    if (!page.more) return;
    since = page.position;
  }
}

async function withRetries<Result>(
  work: () => Promise<Result>,
  retryDelayMs: (attempt: number) => number,
): Promise<Result> {
  const { signal } = new AbortController();
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error as RoomcastError).retryable || attempt + 1 === maxAttempts) throw error;
    }
    await pause(retryDelayMs(attempt), signal);
  }
}
