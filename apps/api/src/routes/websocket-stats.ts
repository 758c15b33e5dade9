import type { ReplicaStats } from "@roomcast/service";
import { type RequestHandler, Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { addRoute } from "../http/add-route.ts";
import { authenticate } from "../http/authenticate.ts";

/** The sums over the realtime replicas. A user or room on two replicas counts twice. */
export interface WebsocketStats {
  connections: number;
  users: number;
  rooms: number;
  subscriptions: number;
  replicas: readonly ReplicaStats[];
}

/** `GET /websocket/stats`: counts connections, users, rooms and subscriptions of the realtime replicas. */
export function websocketStatsRoute(context: ApiContext): Router {
  const sendStats: RequestHandler = async (_request, response) => {
    const { replicas } = await context.stats.read();
    response.json(sumOf(replicas));
  };
  return addRoute(Router(), "/websocket/stats", { get: [authenticate(context, "stats:read"), sendStats] });
}

function sumOf(replicas: readonly ReplicaStats[]): WebsocketStats {
  const total = (field: "connections" | "users" | "rooms" | "subscriptions") =>
    replicas.reduce((sum, replica) => sum + replica[field], 0);
  return {
    connections: total("connections"),
    users: total("users"),
    rooms: total("rooms"),
    subscriptions: total("subscriptions"),
    replicas,
  };
}
