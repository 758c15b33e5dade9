import { historyBounds, type LogFollower } from "@roomcast/event-log";
import { Turns } from "@roomcast/service";
import { SessionRegistry } from "../sessions/session-registry.ts";
import { CatchUp } from "../subscriptions/catch-up.ts";
import { ClientPositions } from "../subscriptions/client-positions.ts";
import { Continuity } from "../subscriptions/continuity.ts";
import { startIdleAdvances } from "../subscriptions/idle-advance.ts";
import { Relay } from "../subscriptions/relay.ts";
import { RevocationControl } from "../subscriptions/revocation-control.ts";
import { RoomManager } from "../subscriptions/room-manager.ts";
import { socketChannels } from "../subscriptions/socket-channels.ts";
import { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { Delivery } from "./compose-delivery.ts";
import type { RealtimeContext } from "./realtime-context.ts";

type Context = Pick<RealtimeContext, "options" | "log" | "cluster" | "access" | "history"> & {
  onError: (error: Error) => void;
};

/** Who follows what, and how entries of the log and missed entries reach them. */
export interface Subscriptions {
  sessions: SessionRegistry;
  rooms: RoomManager;
  relay: Relay;
  follower: LogFollower;
  continuity: Continuity;
  positions: ClientPositions;
  control: RevocationControl;
  subscriptions: SubscriptionManager;
  /** Stops everything but the follower, which the last connections still need. */
  stop(): void;
}

const maxReplayEntries = 50_000;
/** Pages of histories that this replica reads concurrently for all clients that resume or subscribe. */
const historyReadsAtOnce = 16;
const catchUpTimeoutMs = 5_000;

/** Follows the log and hands its entries to the sessions' rooms. */
export async function composeSubscriptions(context: Context, delivery: Delivery): Promise<Subscriptions> {
  const { options, log, cluster, access, onError } = context;
  const { queue, encoder, fanOuts } = delivery;
  const { maxReplaySize, pingIntervalMs, pingTimeoutMs, maxSubscriptions } = options.socket;
  const store = cluster.sessions;
  const sessions = new SessionRegistry();
  const history = historyBounds(context.history);
  const rooms = new RoomManager(socketChannels(delivery.namespaces), cluster.membership, history);
  const control = new RevocationControl({
    sessions,
    subscriptions: () => subscriptions,
    access,
    store: cluster.revocations,
    onError,
  });
  const continuity = new Continuity();
  const positions = new ClientPositions({ follower: () => follower, continuity, queue });
  const relay = new Relay({
    log,
    rooms,
    sessions,
    encoder,
    fanOuts,
    control,
    continuity,
    positions,
    onError,
  });
  const follower = await log.follow(relay);
  const catchUp = new CatchUp({
    history: { log, turns: new Turns(historyReadsAtOnce) },
    follower,
    continuity,
    rooms,
    store,
    encoder,
    bounds: { maxEntries: maxReplayEntries, maxBytes: maxReplaySize },
    takeTimeoutMs: pingIntervalMs + pingTimeoutMs,
  });
  const subscriptions = new SubscriptionManager({
    log,
    follower,
    catchUp,
    access,
    store,
    sessions,
    maxSubscriptions,
    catchUpTimeoutMs,
  });
  const idleAdvances = startIdleAdvances(history, { sessions, rooms, positions, follower });
  return {
    sessions,
    rooms,
    relay,
    follower,
    continuity,
    positions,
    control,
    subscriptions,
    stop() {
      for (const idleAdvance of idleAdvances) idleAdvance.stop();
      control.stop();
    },
  };
}
