import type { ServerName } from "./servers/bench-server.ts";
import type { Table } from "./table.ts";

/** The project's target for one figure. */
export interface Target {
  what: string;
  table: string;
  column: string;
  server: ServerName;
  /** Compares with this server's figure. Without it, the absolute figure counts. */
  to?: ServerName;
  limit: { atMost: number } | { atLeast: number };
}

/** A target with the measured value. */
export interface Verdict {
  target: Target;
  /** Undefined if not measured. */
  value: number | undefined;
  isMet: boolean;
}

const fanOutTargets = [1_000, 5_000].flatMap((clients): Target[] => {
  const single = { table: "fan-out", column: `${clients}/single` };
  const burst = { table: "fan-out", column: `${clients}/burst` };
  const [one, ten] = [
    `${clients.toLocaleString("en")} clients, single`,
    `${clients.toLocaleString("en")} clients, bursts`,
  ];
  return [
    { ...single, what: one, server: "roomcast", to: "floor", limit: { atMost: 1.35 } },
    { ...single, what: one, server: "roomcast-public", to: "floor", limit: { atMost: 1.8 } },
    { ...single, what: one, server: "roomcast-stream", to: "floor", limit: { atMost: 1.8 } },
    { ...single, what: one, server: "roomcast", to: "socket.io", limit: { atMost: 0.5 } },
    { ...single, what: one, server: "roomcast", to: "nchan", limit: { atMost: 1 } },
    { ...burst, what: ten, server: "roomcast", to: "floor-coalesced", limit: { atMost: 1.7 } },
    { ...burst, what: ten, server: "roomcast", to: "socket.io", limit: { atMost: 1 / 12 } },
    { ...burst, what: ten, server: "roomcast", to: "nats", limit: { atMost: 1 } },
  ];
});

/** All targets. */
export const targets: readonly Target[] = [
  ...fanOutTargets,
  {
    what: "many rooms",
    table: "rooms",
    column: "rooms",
    server: "roomcast",
    to: "socket.io",
    limit: { atMost: 1 / 1.5 },
  },
  {
    what: "events/s through Redis",
    table: "throughput",
    column: "rate",
    server: "roomcast-redis",
    to: "socket.io-redis",
    limit: { atLeast: 2 },
  },
  {
    what: "p99 at twice the peer's events/s",
    table: "throughput",
    column: "double-p99",
    server: "roomcast-redis",
    to: "socket.io-redis",
    limit: { atMost: 1 },
  },
  {
    what: "heap per idle connection, KB",
    table: "memory",
    column: "heap",
    server: "roomcast",
    limit: { atMost: 6 },
  },
  {
    what: "RSS per idle connection",
    table: "memory",
    column: "rss",
    server: "roomcast",
    to: "socket.io",
    limit: { atMost: 0.7 },
  },
  {
    what: "CPU per accepted connection",
    table: "connect",
    column: "cpu",
    server: "roomcast",
    to: "socket.io",
    limit: { atMost: 0.5 },
  },
  {
    what: "CPU of a resume",
    table: "connect",
    column: "cpu",
    server: "roomcast-resume",
    to: "roomcast",
    limit: { atMost: 1.5 },
  },
];

/** Checks the targets of the scenarios that have run. */
export function judge(tables: readonly Table[]): Verdict[] {
  return targets.flatMap((target) => {
    const table = tables.find(({ id }) => id === target.table);
    if (table === undefined || !table.columns.some(({ id }) => id === target.column)) return [];
    const { server, column, to, limit } = target;
    const value = to === undefined ? table.spread(server, column)?.median : table.ratio(server, column, to);
    const isMet = value !== undefined && ("atMost" in limit ? value <= limit.atMost : value >= limit.atLeast);
    return [{ target, value, isMet }];
  });
}
