import { ProtocolError } from "@roomcast/events";

/** Appends that stay together: they are written by one script or not at all. */
export interface AppendGroup {
  calls: number;
  /** Of the entries' texts, in characters. */
  length: number;
}

/** A Redis does nothing else while it runs a script. The length is more than one request of the HTTP API can fill. */
const most: Readonly<AppendGroup> = { calls: 256, length: 2 * 1024 * 1024 };

/** The size of a group of entries. */
export function groupOf(texts: readonly string[]): AppendGroup {
  return { calls: texts.length, length: texts.reduce((sum, { length }) => sum + length, 0) };
}

/** Throws `payload_too_large` if a group is more than a log writes at once. */
export function checkGroup({ calls, length }: AppendGroup): void {
  if (calls <= most.calls && length <= most.length) return;
  const [limit, came] = [most, { calls, length }].map(
    (group) => `${group.calls} entries of ${group.length} characters`,
  );
  throw new ProtocolError(
    "payload_too_large",
    `nothing was written: a batch is at most ${limit} together, this one has ${came}: divide it`,
  );
}
