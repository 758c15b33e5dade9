import type { Session } from "../sessions/session.ts";

/**
 * A client's command: takes untrusted input, resolves with the ack's data, rejects with a `ProtocolError`.
 */
export type Command = (session: Session, input: unknown) => Promise<unknown>;
