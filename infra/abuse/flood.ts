import type { Random } from "@roomcast/testkit";

/** The target of an attack and its duration. */
export interface FloodTarget {
  /** URL of a realtime process. */
  url: string;
  apiUrl: string;
  /** The port at which the realtime process expects its authoriser. */
  authoriserPort: number;
  /** A room with a long history. */
  room: string;
  /** The position before that history. */
  since: string;
  seconds: number;
  /** How many packets to send, for the flood that counts packets instead of seconds. */
  packets: number;
}

/** What a flood did, for the table: counts by their names. */
export type Done = Record<string, number>;

/** One way to overload the server. It runs in its own process. */
export interface Flood {
  /** The name for `--only`. */
  name: string;
  /** The title in the table. */
  title: string;
  run: (target: FloodTarget, random: Random) => Promise<Done>;
}

/**
 * Repeats an attempt, `atATime` in parallel, until the time is over. Retries a failed attempt after a pause.
 */
export async function repeat(
  { seconds }: Pick<FloodTarget, "seconds">,
  atATime: number,
  attempt: (lane: number) => Promise<unknown>,
): Promise<void> {
  const endsAtMs = performance.now() + seconds * 1_000;
  const lane = async (_: unknown, index: number) => {
    while (performance.now() < endsAtMs) {
      await attempt(index).catch(() => new Promise((resolve) => setTimeout(resolve, pauseMs)));
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
}

const pauseMs = 50;

/** With their rate, they may begin as many connections in a second as one address. */
const users = 100;

/** The user that the nth connection of a flood is one's: handshakes have a rate for each user, and an attacker has many. */
export function nthUser(flood: string, n: number): string {
  return `${flood}${n % users}`;
}
