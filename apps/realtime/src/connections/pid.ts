/**
 * What a stock client gets as its `pid` and sends back: the id of its session, then a dot and how often the
 * session was given to it as a new one. `socket.recovered` is `true` if the client gets exactly the text that
 * it sent.
 */
export interface Pid {
  pid: string;
  /** The session's id. */
  id: string;
  count: number;
}

/** Parses a client's `pid`; undefined if no server issued it. */
export function parsePid(input: unknown): Pid | undefined {
  if (typeof input !== "string") return undefined;
  const [pid, id, count = "0"] = /^([\w-]{22})(?:\.(\d{1,9}))?$/.exec(input) ?? [];
  return pid === undefined || id === undefined ? undefined : { pid, id, count: Number(count) };
}

/** The next `pid` of the same session, so that the client takes it for a new one. */
export function nextPid({ id, count }: Pid): string {
  return `${id}.${(count % 999_999_999) + 1}`;
}
