import { measureFeed } from "../measure-feed.ts";
import { inRounds } from "../rounds.ts";
import { startNats } from "../servers/nats.ts";
import { startNchan } from "../servers/nchan.ts";
import { startEmbedded, startOverRedis } from "../servers/roomcast.ts";
import { startSocketIo, startSocketIoRedis } from "../servers/socket-io.ts";
import { closeSetups, openSetups } from "../setup.ts";
import { Table } from "../table.ts";
import type { Scenario } from "./scenario.ts";

const starts = [startEmbedded, startOverRedis, startNchan, startNats, startSocketIo, startSocketIoRedis];

/** The number of clients and rooms in scenarios that measure time. */
export const smallLoad = { clients: 100, rooms: 20 };

/** Measures the time from a publisher's call to a client's receipt. */
export const latency: Scenario = async (environment) => {
  const { profile, log } = environment;
  const { eventsPerSecond: rates, measureMs, rounds } = profile.latency;
  const table = new Table({
    id: "latency",
    title: "Publish → client",
    text: "100 clients in 20 rooms of 5. Over Redis, and to Nchan and NATS, a process of its own publishes; the others do it themselves. Roomcast keeps the log and every room's history; the redis-emitter keeps nothing.",
    reference: "socket.io-redis",
    columns: rates.flatMap((rate) =>
      ["p50", "p99"].map((quantile) => ({
        id: `${rate}/${quantile}`,
        label: `${rate.toLocaleString("en")} events/s, ${quantile}`,
        unit: "ms",
      })),
    ),
  });
  const { clients, rooms } = smallLoad;
  const setting = { rooms, measuresLatency: true };
  const setups = await openSetups(environment, starts, setting, clients);
  try {
    // Warm up first: compiling the code must not count.
    for (const setup of setups) await measureFeed(setup, orderOf(1_000, measureMs), clients);
    for (const rate of rates) {
      await inRounds(rounds, setups, async (setup) => {
        const measured = await measureFeed(setup, orderOf(rate, measureMs), clients);
        const { report, doubts } = measured;
        const { name } = setup.server;
        table.add(name, `${rate}/p50`, report.p50Us / 1_000, measured);
        table.add(name, `${rate}/p99`, report.p99Us / 1_000, measured);
        log(
          `latency at ${rate}/s: ${name} p50 ${report.p50Us} µs, p99 ${report.p99Us} µs ${doubts.join(" ")}`,
        );
      });
    }
  } finally {
    await closeSetups(setups);
  }
  return table;
};

/** Returns an order of single events that go to the rooms in turn. */
export function orderOf(eventsPerSecond: number, durationMs: number) {
  return { burstsPerSecond: eventsPerSecond, burst: 1, rooms: smallLoad.rooms, durationMs, isolated: false };
}
