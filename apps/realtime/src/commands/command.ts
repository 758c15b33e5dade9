import type { Session } from "../sessions/session.ts";

/** What a client can ask for: takes untrusted input, resolves with the ack's data, rejects with a `ProtocolError`. */
export type Command = (session: Session, input: unknown) => Promise<unknown>;
