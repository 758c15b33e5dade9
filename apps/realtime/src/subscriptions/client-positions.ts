import type { LogFollower } from "@roomcast/event-log";
import type { Position } from "@roomcast/events";
import type { FanOutQueue } from "../delivery/fan-out-queue.ts";
import { sendServerEvent } from "../delivery/server-event.ts";
import type { Session } from "../sessions/session.ts";
import type { Continuity } from "./continuity.ts";

export interface ClientPositionsOptions {
  /** This replica's position in the log. */
  follower: () => Pick<LogFollower, "position">;
  continuity: Pick<Continuity, "isBroken">;
  queue: Pick<FanOutQueue, "flush">;
}

/**
 * Says which position may be sent to a session. A stock client resumes from the last position that it
 * received, so:
 *
 * **A position is sent to a session only after every entry of its rooms up to that position was written to
 * its connection.**
 *
 * Entries keep this rule by themselves: each carries its own position, entries are written in the order of
 * the log, and the positions of a replay say how far the replay has come. All other positions come from here.
 * A session gets none while it buffers, because the buffered entries are not written yet. It gets none after
 * its connection was closed, because entries may be lost. It gets none during a discontinuity, because the
 * entries of the gap are not written yet.
 */
export class ClientPositions {
  readonly #options: ClientPositionsOptions;

  constructor(options: ClientPositionsOptions) {
    this.#options = options;
  }

  /**
   * This replica's position, after everything up to it was written to the session; undefined if the session
   * may not get one now.
   */
  current(session: Session): Position | undefined {
    const { follower, continuity, queue } = this.#options;
    const { isEnded, connection } = session;
    if (isEnded || connection.isBuffering || connection.isTerminated || continuity.isBroken) return undefined;
    queue.flush();
    return session.positionAt(follower().position);
  }

  /** Sends a session its position as a position checkpoint; false if it may not get one now. */
  advance(session: Session): boolean {
    const position = this.current(session);
    if (position === undefined) return false;
    sendServerEvent(session.connection.socket, "position.advanced", "global", {}, position);
    return true;
  }
}
