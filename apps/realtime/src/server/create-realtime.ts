import { addDrainCheck, TroubleLog } from "@roomcast/service";
import type { Server } from "socket.io";
import type { SessionRegistry } from "../sessions/session-registry.ts";
import type { RoomManager } from "../subscriptions/room-manager.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import { composeConnections } from "./compose-connections.ts";
import { composeDelivery } from "./compose-delivery.ts";
import { composeSubscriptions } from "./compose-subscriptions.ts";
import { drain } from "./drain.ts";
import type { RealtimeContext } from "./realtime-context.ts";
import { StatsAnnouncer } from "./stats-announcer.ts";

/** A running realtime server. */
export interface Realtime {
  io: Server;
  rooms: RoomManager;
  subscriptions: SubscriptionManager;
  sessions: SessionRegistry;
  /** Makes `/ready` fail from now on. Clients are accepted and served as before. */
  announceClose(): void;
  /** Disconnects the clients, spread over `closeTimeoutMs`, and stops everything it started. */
  close(): Promise<void>;
}

/** Starts delivering the log to the clients of an HTTP server, which the caller makes listen. */
export async function createRealtime(given: RealtimeContext): Promise<Realtime> {
  const { onError = new TroubleLog(given.logger).onError, allowLocalOrigins = false } = given;
  const context = { ...given, onError };
  const { options, cluster, health } = context;
  // The HTTP server may listen already: no client may connect before everything is in place.
  let isOpen = false;
  const delivery = await composeDelivery({ ...context, allowLocalOrigins, isOpen: () => isOpen });
  const following = await composeSubscriptions(context, delivery);
  const { sessions, rooms, subscriptions, relay, follower, continuity } = following;
  const connections = composeConnections(context, delivery, following);
  const announcer = new StatsAnnouncer({ cluster, sessions, rooms, subscriptions, relay, follower, onError });
  isOpen = true;
  health.add("log", () => {
    if (!relay.isConnected) throw new Error("this replica is not connected to the log");
    if (continuity.isBroken) throw new Error("missed entries of the log are not delivered yet");
  });
  health.add("cluster", () => cluster.check());
  const announceClose = addDrainCheck(health);
  return {
    io: delivery.io,
    rooms,
    subscriptions,
    sessions,
    announceClose,
    async close() {
      announceClose();
      isOpen = false;
      await drain(delivery.io, sessions, options.socket.closeTimeoutMs);
      await connections.stop();
      following.stop();
      delivery.stop();
      await announcer.stop();
      await follower.stop();
    },
  };
}
