import { measureFeed } from "./measure-feed.ts";
import type { FeedOrder } from "./programs/feed.ts";
import type { Setup } from "./setup.ts";

/** How busy a server's core is kept: enough to measure, too little to cause queues. */
const serverShare = 0.65;

/** The load generator must keep up. */
const maxLoadShare = 0.65;

const messagesPerSecondAtFirst = 60_000;

/** Finds the bursts per second that keep every server equally and steadily busy. */
export async function steadyRate(
  setup: Setup,
  shape: Omit<FeedOrder, "burstsPerSecond" | "durationMs">,
  clients: number,
  trialMs: number,
): Promise<number> {
  const perBurst = (shape.burst * clients) / shape.rooms;
  let rate = messagesPerSecondAtFirst / perBurst;
  // More bytes take longer to send.
  if (shape.eventBytes !== undefined) rate /= 10;
  for (let trial = 0; trial < 2; trial++) {
    const order = { ...shape, burstsPerSecond: rate, durationMs: trialMs };
    const { messages, serverUs, loadUs } = await measureFeed(setup, order, clients);
    const usPerBurst = Math.max(serverUs / serverShare, loadUs / maxLoadShare) / (messages / perBurst);
    rate = 1_000_000 / usPerBurst;
  }
  return rate;
}
