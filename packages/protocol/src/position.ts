import { ProtocolError } from "./errors.ts";

/**
 * A place in the log. As text it is `<epoch>.<offset>`, opaque to clients.
 *
 * While the past of newly subscribed rooms is replayed, a connection is at two places at once: everything up to
 * `offset` was sent, but of the rooms of subscription batch `batch` only what lies up to `at`. The text of such a
 * position is `<epoch>.<offset>~<batch>.<at>`, so that a client which breaks off in the middle resumes exactly there.
 */
export interface Position {
  epoch: string;
  offset: number;
  replay?: { batch: number; at: number };
}

const pattern = /^([a-z0-9]{1,16})\.(\d{1,15})(?:~(\d{1,9})\.(\d{1,15}))?$/;

/** The last plain position that was formatted: between two events, whoever asks is given the same text. */
let last = { epoch: "", offset: 0, text: ".0" };

/** The text of a position. */
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
