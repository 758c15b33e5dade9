import type { Random } from "@roomcast/testkit";

/** What is attacked, and for how long. */
export interface FloodTarget {
  /** Of a realtime process. */
  url: string;
  apiUrl: string;
  /** Where the realtime process asks who may enter what. */
  authoriserPort: number;
  /** A room whose history is long. */
  room: string;
  /** The position before all of it. */
  since: string;
  seconds: number;
  /** For the flood that counts its packets instead. */
  packets: number;
}

/** What a flood did: numbers by what they count, for the table. */
export type Done = Record<string, number>;

/** One way to ask too much of the server; it runs in a process of its own. */
export interface Flood {
  /** For `--only`. */
  name: string;
  /** What the table calls it. */
  title: string;
  run: (target: FloodTarget, random: Random) => Promise<Done>;
}

/** Repeats something, many at a time, until the time is over; what fails is tried again after a moment. */
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
