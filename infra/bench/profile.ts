/** All scenarios, in their order of execution. */
const all = [
  "fan-out",
  "rooms",
  "latency",
  "throughput",
  "memory",
  "connect",
  "takeover",
  "compression",
] as const;

/** `micro`, the hot path, is not in `all`, because the fan-out covers it. */
export type ScenarioName = (typeof all)[number] | "micro";

/** The size of a run. */
export interface Profile {
  /** The scenarios that run by default. */
  scenarios: readonly ScenarioName[];
  /** How many events warm up a server, so that its code is compiled before CPU per message is measured. */
  warmUpEvents: number;
  /**
   * For CPU per message.
   * There are many short rounds, so that a slow phase of the machine affects few of them.
   */
  deliveries: { rounds: number; measureMs: number };
  fanOut: { clients: readonly number[] };
  rooms: { clients: number; rooms: number };
  latency: { eventsPerSecond: readonly number[]; measureMs: number; rounds: number };
  throughput: { startEventsPerSecond: number; stepMs: number; rounds: number };
  memory: { connections: number; warmUp: number; rounds: number };
  /** The first `warmUpRounds` do not count. */
  connect: { connections: number; atOnce: number; warmUpRounds: number; rounds: number };
  takeover: { connections: number; warmUp: number; atOnce: number };
  compression: { clients: number; connections: number; eventBytes: number };
  micro: { clients: number; rounds: number };
}

/** About six minutes. */
export const fullProfile: Profile = {
  scenarios: all,
  warmUpEvents: 12_000,
  deliveries: { rounds: 5, measureMs: 150 },
  fanOut: { clients: [1_000, 5_000] },
  rooms: { clients: 5_000, rooms: 1_000 },
  latency: { eventsPerSecond: [100, 1_000, 5_000], measureMs: 300, rounds: 3 },
  throughput: { startEventsPerSecond: 8_000, stepMs: 500, rounds: 3 },
  memory: { connections: 10_000, warmUp: 500, rounds: 2 },
  connect: { connections: 1_000, atOnce: 50, warmUpRounds: 4, rounds: 4 },
  takeover: { connections: 10_000, warmUp: 1_000, atOnce: 500 },
  compression: { clients: 200, connections: 1_000, eventBytes: 10_000 },
  micro: { clients: 1_000, rounds: 7 },
};

/**
 * About one minute: smaller and less precise. It leaves out scenarios that need longer warm-ups or rounds.
 */
export const quickProfile: Profile = {
  scenarios: ["fan-out", "rooms", "latency", "memory"],
  warmUpEvents: 2_000,
  deliveries: { rounds: 2, measureMs: 150 },
  fanOut: { clients: [1_000] },
  rooms: { clients: 1_000, rooms: 200 },
  latency: { eventsPerSecond: [100, 1_000], measureMs: 300, rounds: 1 },
  throughput: { startEventsPerSecond: 8_000, stepMs: 400, rounds: 2 },
  memory: { connections: 1_000, warmUp: 200, rounds: 1 },
  connect: { connections: 300, atOnce: 50, warmUpRounds: 4, rounds: 2 },
  takeover: { connections: 1_000, warmUp: 200, atOnce: 200 },
  compression: { clients: 50, connections: 200, eventBytes: 10_000 },
  micro: { clients: 200, rounds: 3 },
};

/** Only shows that everything works. */
export const tinyProfile: Profile = {
  scenarios: all,
  warmUpEvents: 10,
  deliveries: { rounds: 1, measureMs: 100 },
  fanOut: { clients: [20] },
  rooms: { clients: 20, rooms: 4 },
  latency: { eventsPerSecond: [100], measureMs: 200, rounds: 1 },
  throughput: { startEventsPerSecond: 500, stepMs: 200, rounds: 1 },
  memory: { connections: 50, warmUp: 10, rounds: 1 },
  connect: { connections: 20, atOnce: 10, warmUpRounds: 1, rounds: 1 },
  takeover: { connections: 50, warmUp: 10, atOnce: 10 },
  compression: { clients: 20, connections: 20, eventBytes: 10_000 },
  micro: { clients: 20, rounds: 1 },
};
