import { ProtocolError } from "./errors.ts";

/**
 * A position in the log. Its text is `<epoch>.<offset>`, opaque to clients.
 *
 * While newly subscribed rooms are replayed, a connection has two offsets. Everything up to `offset` was
 * sent, but in the rooms of subscription batch `batch` only the events up to `at`. The text is then
 * `<epoch>.<offset>~<batch>.<at>`, so that a client whose connection breaks during a replay resumes exactly
 * there.
 */
export interface Position {
  epoch: string;
  offset: number;
  replay?: { batch: number; at: number };
}

const pattern = /^([a-z0-9]{1,16})\.(\d{1,15})(?:~(\d{1,9})\.(\d{1,15}))?$/;

/** The last formatted plain position: between two events, all callers share one text. */
let last = { epoch: "", offset: 0, text: ".0" };

/** Returns the text of a position. */
export function formatPosition({ epoch, offset, replay }: Position): string {
  if (replay !== undefined) return `${epoch}.${offset}~${replay.batch}.${replay.at}`;
  if (last.offset !== offset || last.epoch !== epoch) last = { epoch, offset, text: `${epoch}.${offset}` };
  return last.text;
}

/** Parses the text of a position, or throws `ProtocolError("invalid_position")`. */
export function parsePosition(text: unknown): Position {
  const match = typeof text === "string" && text.length <= 64 ? pattern.exec(text) : null;
  if (match === null) throw new ProtocolError("invalid_position", "not a position given out by this server");
  const [, epoch = "", offset, batch, at] = match;
  const position: Position = { epoch, offset: Number(offset) };
  if (batch !== undefined) position.replay = { batch: Number(batch), at: Number(at) };
  return position;
}
