/**
 * What a stock client is given as its `pid`, and sends back: the id of its session, and after a dot how often the session
 * was given to it as a new one. `socket.recovered` is `true` if it is given the very text that it sent.
 */
export interface Pid {
  pid: string;
  /** The session's id. */
  id: string;
  count: number;
}

/** What a client names; undefined if no server gave it that. */
export function parsePid(input: unknown): Pid | undefined {
  if (typeof input !== "string") return undefined;
  const [pid, id, count = "0"] = /^([\w-]{22})(?:\.(\d{1,9}))?$/.exec(input) ?? [];
  return pid === undefined || id === undefined ? undefined : { pid, id, count: Number(count) };
}

/** Names the same session, so that the client takes it for a new one. */
export function nextPid({ id, count }: Pid): string {
  return `${id}.${(count % 999_999_999) + 1}`;
}
