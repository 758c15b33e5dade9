import { setTimeout as delay } from "node:timers/promises";
import { cpuUs } from "./cpu.ts";
import type { LoadReport } from "./load/load-generator.ts";
import { circumstances } from "./load/load-share.ts";
import type { FeedOrder } from "./programs/feed.ts";
import type { Setup } from "./setup.ts";
import type { Circumstances } from "./table.ts";

/** The cost of publishing to the clients of a setup. */
export interface FeedMeasurement extends Circumstances {
  /** Received events, counted once for each client. */
  messages: number;
  /** Bytes received over the connections. */
  bytes: number;
  /** CPU time of the server. */
  serverUs: number;
  /** CPU time of the load generator. */
  loadUs: number;
  elapsedUs: number;
  report: LoadReport;
}

const idleTimeoutMs = 1_000;

/** Publishes an order and waits until everything has arrived. */
export async function measureFeed(
  { server, load }: Setup,
  order: FeedOrder,
  clients: number,
): Promise<FeedMeasurement> {
  await load.forgetLatencies();
  const before = { report: await load.report(), cpuUs: cpuUs(server.pid) };
  const { published, failed } = await server.feed(order);
  const expected = (published * clients) / order.rooms;
  const report = await arrival(() => load.report(), before.report.received + expected);
  const messages = report.received - before.report.received;
  const elapsedUs = report.nowUs - before.report.nowUs;
  const loadUs = report.cpuUs - before.report.cpuUs;
  const { loadShare, doubts } = circumstances(before.report, report, messages !== expected || failed > 0);
  const bytes = report.bytes - before.report.bytes;
  const serverUs = cpuUs(server.pid) - before.cpuUs;
  return { messages, bytes, serverUs, loadUs, elapsedUs, loadShare, doubts, report };
}

/** Resolves when this many events were received, or when no more events arrive. */
async function arrival(look: () => Promise<LoadReport>, received: number): Promise<LoadReport> {
  let report = await look();
  let movedAt = performance.now();
  while (report.received < received && performance.now() - movedAt < idleTimeoutMs) {
    await delay(5);
    const next = await look();
    if (next.received > report.received) movedAt = performance.now();
    report = next;
  }
  return report;
}
