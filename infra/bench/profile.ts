/** How much is measured. */
export interface Profile {
  name: "full" | "quick" | "tiny";
  /** Rounds of every measurement; the contestants take turns within each. */
  rounds: number;
  /** Published before anything is measured: the code of a server that works is compiled. */
  warmUpEvents: number;
  /** Length of one measurement. */
  measureMs: number;
  /** Of fan-out and rooms. Many short rounds: a machine that is slower for some seconds touches few of each server. */
  deliveries: { rounds: number; measureMs: number };
  fanOut: { clients: readonly number[] };
  rooms: { clients: number; rooms: number };
  latency: { eventsPerSecond: readonly number[]; measureMs: number };
  throughput: { startEventsPerSecond: number; stepMs: number };
  memory: { connections: number; warmUp: number; rounds: number };
  /** Rounds that do not count come first. */
  connect: { connections: number; atOnce: number; warmUpRounds: number; rounds: number };
  takeover: { connections: number; warmUp: number; atOnce: number };
  compression: { clients: number; connections: number; eventBytes: number };
  micro: { clients: number; rounds: number };
}

/** About five and a half minutes. */
export const fullProfile: Profile = {
  name: "full",
  rounds: 3,
  warmUpEvents: 12_000,
  measureMs: 500,
  deliveries: { rounds: 5, measureMs: 150 },
  fanOut: { clients: [1_000, 5_000] },
  rooms: { clients: 5_000, rooms: 1_000 },
  latency: { eventsPerSecond: [100, 1_000, 5_000], measureMs: 600 },
  throughput: { startEventsPerSecond: 8_000, stepMs: 700 },
  memory: { connections: 10_000, warmUp: 500, rounds: 2 },
  connect: { connections: 1_000, atOnce: 50, warmUpRounds: 4, rounds: 5 },
  takeover: { connections: 10_000, warmUp: 1_000, atOnce: 500 },
  compression: { clients: 200, connections: 1_000, eventBytes: 10_000 },
  micro: { clients: 1_000, rounds: 7 },
};

/** About one minute: smaller and less sure. */
export const quickProfile: Profile = {
  name: "quick",
  rounds: 2,
  warmUpEvents: 2_000,
  measureMs: 200,
  deliveries: { rounds: 2, measureMs: 150 },
  fanOut: { clients: [1_000] },
  rooms: { clients: 1_000, rooms: 200 },
  latency: { eventsPerSecond: [100, 1_000], measureMs: 400 },
  throughput: { startEventsPerSecond: 8_000, stepMs: 400 },
  memory: { connections: 1_000, warmUp: 200, rounds: 1 },
  connect: { connections: 300, atOnce: 50, warmUpRounds: 4, rounds: 2 },
  takeover: { connections: 1_000, warmUp: 200, atOnce: 200 },
  compression: { clients: 50, connections: 200, eventBytes: 10_000 },
  micro: { clients: 200, rounds: 3 },
};

/** Only shows that everything works. */
export const tinyProfile: Profile = {
  name: "tiny",
  rounds: 1,
  warmUpEvents: 10,
  measureMs: 100,
  deliveries: { rounds: 1, measureMs: 100 },
  fanOut: { clients: [20] },
  rooms: { clients: 20, rooms: 4 },
  latency: { eventsPerSecond: [100], measureMs: 200 },
  throughput: { startEventsPerSecond: 500, stepMs: 200 },
  memory: { connections: 50, warmUp: 10, rounds: 1 },
  connect: { connections: 20, atOnce: 10, warmUpRounds: 1, rounds: 1 },
  takeover: { connections: 50, warmUp: 10, atOnce: 10 },
  compression: { clients: 20, connections: 20, eventBytes: 10_000 },
  micro: { clients: 20, rounds: 1 },
};
