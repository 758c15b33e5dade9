import type { Position, ResetReason } from "@roomcast/events";
import type { Epoch, LogEntry, LogHead } from "./event-log.ts";

/** Parses `name@first name@first`, oldest first. */
export function parseEpochs(text: string): Epoch[] {
  return text
    .split(" ")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.indexOf("@");
      return { name: part.slice(0, at), first: Number(part.slice(at + 1)) };
    });
}

/** The name of the log's current epoch, or `none` for a log that has never been written. */
export function currentEpoch(head: LogHead): string {
  return head.epochs.at(-1)?.name ?? "none";
}

/**
 * Says why a position is not valid in this log; undefined if it is valid. `epoch`: the log does not know its
 * epoch. `diverged`: entries up to the position were rolled back when the next epoch began.
 */
export function validatePosition(
  position: Pick<Position, "epoch" | "offset">,
  head: LogHead,
): Extract<ResetReason, "epoch" | "diverged"> | undefined {
  const index = head.epochs.findIndex((epoch) => epoch.name === position.epoch);
  if (index === -1) return "epoch";
  const next = head.epochs[index + 1];
  const end = next === undefined ? head.offset + 1 : next.first;
  return position.offset < end ? undefined : "diverged";
}

/** The last offset that an invalid position shares with the log; 0 if there is none. */
export function lastCommonOffset(position: Pick<Position, "epoch" | "offset">, head: LogHead): number {
  const index = head.epochs.findIndex((epoch) => epoch.name === position.epoch);
  const next = head.epochs[index + 1];
  return index === -1 || next === undefined ? 0 : next.first - 1;
}

/** The last offset at or before a position that was not rolled back. */
export function retainedUpTo(position: Pick<Position, "epoch" | "offset">, head: LogHead): number {
  return validatePosition(position, head) === undefined ? position.offset : lastCommonOffset(position, head);
}

/** Whether an entry's epoch began after the head was read. A head does not list the oldest epochs. */
export function isBeyond(
  { epoch, offset }: Pick<LogEntry, "epoch" | "offset">,
  { epochs }: LogHead,
): boolean {
  return offset >= (epochs[0]?.first ?? 0) && !epochs.some(({ name }) => name === epoch);
}

/** Whether epoch `name` began after epoch `other`. An unknown epoch counts as older than every known one. */
export function isLaterEpoch(name: string, other: string, { epochs }: LogHead): boolean {
  const indexOf = (wanted: string) => epochs.findIndex((epoch) => epoch.name === wanted);
  return indexOf(name) > indexOf(other);
}

/** The offset just before the current epoch's first entry. */
export function currentEpochStart(head: LogHead): number {
  return (head.epochs.at(-1)?.first ?? 1) - 1;
}
