import type { Server as HttpServer } from "node:http";
import { namespaces } from "@roomcast/events";
import { ClientAddresses, type Logger } from "@roomcast/service";
import type { Namespace, Server } from "socket.io";
import type { Cluster } from "../cluster/cluster.ts";
import { connectionOf } from "../connections/connection-handler.ts";
import { HandshakeLimits } from "../connections/handshake-limits.ts";
import { PacketLimiter } from "../connections/packet-limiter.ts";
import { createWriter } from "../delivery/create-writer.ts";
import { createDeflate } from "../delivery/deflate.ts";
import { EngineEvents } from "../delivery/engine-events.ts";
import { EventEncoder } from "../delivery/event-encoder.ts";
import { type FanOut, withFanOut } from "../delivery/fan-out-adapter.ts";
import { FanOutQueue } from "../delivery/fan-out-queue.ts";
import { packetFormat } from "../packets/packet-formats.ts";
import { createEngine } from "../socketio/engine.ts";
import type { RealtimeOptions } from "./config.ts";
import { createIo } from "./create-io.ts";

export interface DeliveryOptions {
  httpServer: HttpServer;
  options: RealtimeOptions;
  cluster: Pick<Cluster, "adapter">;
  logger: Logger;
  /** Whether pages of this machine may connect. */
  allowLocalOrigins: boolean;
  /** Whether new connections are accepted. */
  isOpen: () => boolean;
}

/** The way from an encoded entry to the sockets. */
export interface Delivery {
  io: Server;
  namespaces: readonly Namespace[];
  queue: FanOutQueue;
  events: EngineEvents;
  encoder: EventEncoder;
  limits: HandshakeLimits;
  packetLimiter: PacketLimiter;
  /** The adapters of all namespaces. */
  fanOuts: () => FanOut[];
  /** Stops the timers of the engine. */
  stop(): void;
}

/** Creates the Socket.IO server on the chosen engine, with the fan-out as its adapter. */
export async function composeDelivery(parts: DeliveryOptions): Promise<Delivery> {
  const { httpServer, options, cluster, logger, allowLocalOrigins, isOpen } = parts;
  const addresses = new ClientAddresses(options.trustedProxies, logger);
  const limits = new HandshakeLimits({ ...options.socket, addresses });
  const engine = await createEngine(options.engine);
  const io = createIo(httpServer, { ...options, allowLocalOrigins, isOpen, limits, runsOn: engine, logger });
  const writer = await createWriter(options.writePath);
  const chosen = { engine: engine.name, writePath: writer.name };
  logger.info(chosen, "chose the engine and the write path to clients");
  const queue = new FanOutQueue(writer);
  const events = new EngineEvents(queue);
  const packetLimiter = new PacketLimiter(packetFormat(options.parser), options.socket.commandRate);
  io.adapter(withFanOut(cluster.adapter, connectionOf, queue) as unknown as Parameters<Server["adapter"]>[0]);
  const all = namespaces.map((name) => io.of(name));
  return {
    io,
    namespaces: all,
    queue,
    events,
    encoder: createEncoder(options),
    limits,
    packetLimiter,
    fanOuts: () => all.map(({ adapter }) => adapter as unknown as FanOut),
    stop: engine.attach({ io, namespaces: all, times: options.socket, writes: events, reads: packetLimiter }),
  };
}

function createEncoder({ parser, compressionThreshold }: RealtimeOptions): EventEncoder {
  const deflate = compressionThreshold === undefined ? undefined : createDeflate(compressionThreshold);
  return new EventEncoder(packetFormat(parser), deflate);
}
