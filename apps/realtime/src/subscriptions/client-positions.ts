import type { LogFollower } from "@roomcast/event-log";
import type { Position } from "@roomcast/events";
import type { FanOutQueue } from "../delivery/fan-out-queue.ts";
import { sendServerEvent } from "../delivery/server-event.ts";
import type { Session } from "../sessions/session.ts";
import type { Continuity } from "./continuity.ts";

export interface ClientPositionsOptions {
  /** This replica's place in the log. */
  follower: () => Pick<LogFollower, "position">;
  continuity: Pick<Continuity, "isBroken">;
  queue: Pick<FanOutQueue, "flush">;
}

/**
 * Says which position a session may be told. A stock client resumes from the last position it was told, so:
 *
 * **A session is told a position only after everything of its rooms up to it was written to its connection.**
 *
 * An entry keeps this by itself: it carries its own position, entries are written in the order of the log, and a replay's
 * positions say how far the replay has come. Every other position comes from here. There is none for a session that buffers,
 * because what it waits for is not written yet; none for one that was cut, because some of what it is owed may be lost; and none
 * while a gap of the log is dealt with, because what lies in the gap is not written yet.
 */
export class ClientPositions {
  readonly #options: ClientPositionsOptions;

  constructor(options: ClientPositionsOptions) {
    this.#options = options;
  }

  /** This replica's place, once everything up to it is written to the session; undefined if that cannot be said now. */
  current(session: Session): Position | undefined {
    const { follower, continuity, queue } = this.#options;
    const { isEnded, connection } = session;
    if (isEnded || connection.isBuffering || connection.isCut || continuity.isBroken) return undefined;
    queue.flush();
    return session.positionAt(follower().position);
  }

  /** Tells a session its position by an event of its own; false if it may not be told one now. */
  advance(session: Session): boolean {
    const position = this.current(session);
    if (position === undefined) return false;
    sendServerEvent(session.connection.socket, "position.advanced", "global", {}, position);
    return true;
  }
}
