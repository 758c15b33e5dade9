import { ProtocolError } from "@roomcast/events";

/** The size of appends that one script writes together or not at all. */
export interface AppendGroup {
  calls: number;
  /** Total length of the entries' texts, in characters. */
  length: number;
}

/**
 * The largest group. Redis does nothing else while it runs a script, so a group must be small. One request of
 * the HTTP API cannot exceed the length.
 */
const most: Readonly<AppendGroup> = { calls: 256, length: 2 * 1024 * 1024 };

/** Measures a group of entries. */
export function groupOf(texts: readonly string[]): AppendGroup {
  return { calls: texts.length, length: texts.reduce((sum, { length }) => sum + length, 0) };
}

/** Throws `payload_too_large` if a group is larger than a log writes at once. */
export function checkGroup({ calls, length }: AppendGroup): void {
  if (calls <= most.calls && length <= most.length) return;
  const [limit, actual] = [most, { calls, length }].map(
    (group) => `${group.calls} entries of ${group.length} characters`,
  );
  throw new ProtocolError(
    "payload_too_large",
    `nothing was written: a batch may hold at most ${limit}, but this one has ${actual}; split it`,
  );
}
