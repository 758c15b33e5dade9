import type { Position, ResetReason } from "@roomcast/events";
import type { Epoch, LogEntry, LogHead } from "./event-log.ts";

/** Reads the text form `name@first name@first`, oldest first. */
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
 * Why a position is no longer a place in the log, or undefined if it still is: its epoch is unknown (`epoch`), or what
 * it has seen was rolled back when the next epoch began (`diverged`).
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

/** The last offset that a holder of a broken position shares with the log; 0 if nothing. */
export function lastCommonOffset(position: Pick<Position, "epoch" | "offset">, head: LogHead): number {
  const index = head.epochs.findIndex((epoch) => epoch.name === position.epoch);
  const next = head.epochs[index + 1];
  return index === -1 || next === undefined ? 0 : next.first - 1;
}

/** How much of what lies up to a position is still in the log. */
export function retainedUpTo(position: Pick<Position, "epoch" | "offset">, head: LogHead): number {
  return validatePosition(position, head) === undefined ? position.offset : lastCommonOffset(position, head);
}

/** Whether an entry belongs to an epoch that began after the head was read. The oldest epochs are not in a head. */
export function isBeyond(
  { epoch, offset }: Pick<LogEntry, "epoch" | "offset">,
  { epochs }: LogHead,
): boolean {
  return offset >= (epochs[0]?.first ?? 0) && !epochs.some(({ name }) => name === epoch);
}

/** Whether one epoch began after another; one that the log does not know began before all that it knows. */
export function isLaterEpoch(name: string, other: string, { epochs }: LogHead): boolean {
  const indexOf = (wanted: string) => epochs.findIndex((epoch) => epoch.name === wanted);
  return indexOf(name) > indexOf(other);
}

/** The offset after which the log's current epoch begins. */
export function currentEpochStart(head: LogHead): number {
  return (head.epochs.at(-1)?.first ?? 1) - 1;
}
