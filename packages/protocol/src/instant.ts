const timestamp = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Converts an ISO 8601 timestamp to text that is equal for the same instant and smaller for an earlier one.
 * Returns undefined for other text. It keeps nanoseconds, which a `Date` cannot hold.
 */
export function instantOf(text: string): string | undefined {
  const match = timestamp.exec(text);
  if (match === null) return undefined;
  const [, seconds = "", fraction = "", zone = ""] = match;
  const inUtc = zone === "Z" ? seconds : toUtc(seconds + zone);
  return inUtc && `${inUtc}.${fraction.padEnd(9, "0")}Z`;
}

function toUtc(text: string): string | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, "2026-01-31T12:00:00".length);
}
