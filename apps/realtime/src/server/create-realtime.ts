import type { Server as HttpServer } from "node:http";
import type { RoomAccess, TokenVerifier } from "@roomcast/auth";
import { type EventLog, type EventLogOptions, historyBounds } from "@roomcast/event-log";
import { namespaces } from "@roomcast/events";
import {
  addDrainCheck,
  ClientAddresses,
  type Health,
  type Logger,
  TroubleLog,
  Turns,
} from "@roomcast/service";
import type { Server } from "socket.io";
import type { Cluster } from "../cluster/cluster.ts";
import { CommandFailures } from "../commands/command-failures.ts";
import { createCommands } from "../commands/create-commands.ts";
import { Dispatcher } from "../commands/dispatch.ts";
import { createAuthenticate } from "../connections/authenticate.ts";
import { ConnectionHandler, connectionOf } from "../connections/connection-handler.ts";
import { HandshakeLimits } from "../connections/handshake-limits.ts";
import { PacketLimiter } from "../connections/packet-limiter.ts";
import { createWriter } from "../delivery/create-writer.ts";
import { createDeflate } from "../delivery/deflate.ts";
import { EngineEvents } from "../delivery/engine-events.ts";
import { EventEncoder } from "../delivery/event-encoder.ts";
import { type FanOut, withFanOut } from "../delivery/fan-out-adapter.ts";
import { FanOutQueue } from "../delivery/fan-out-queue.ts";
import { packetFormat } from "../packets/packet-formats.ts";
import { EpochValidator } from "../sessions/epoch-validator.ts";
import { SessionMaintenance } from "../sessions/session-maintenance.ts";
import { SessionRegistry } from "../sessions/session-registry.ts";
import { SlotManager } from "../sessions/slot-manager.ts";
import { createEngine } from "../socketio/engine.ts";
import { CatchUp } from "../subscriptions/catch-up.ts";
import { ClientPositions } from "../subscriptions/client-positions.ts";
import { Continuity } from "../subscriptions/continuity.ts";
import { startIdleAdvances } from "../subscriptions/idle-advance.ts";
import { Relay } from "../subscriptions/relay.ts";
import { RevocationControl } from "../subscriptions/revocation-control.ts";
import { RoomManager } from "../subscriptions/room-manager.ts";
import { socketChannels } from "../subscriptions/socket-channels.ts";
import { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { RealtimeOptions } from "./config.ts";
import { createIo } from "./create-io.ts";
import { drain } from "./drain.ts";
import { StatsAnnouncer } from "./stats-announcer.ts";

/** What a realtime server is made of; tests and the standalone app pass their own. */
export interface RealtimeContext {
  httpServer: HttpServer;
  options: RealtimeOptions;
  log: EventLog;
  cluster: Cluster;
  verifier: TokenVerifier;
  access: RoomAccess;
  logger: Logger;
  health: Health;
  /** Bounds of the room histories. Default: those of the event log. */
  history?: NonNullable<EventLogOptions["history"]>;
  /** Called for faults that are retried. Default: logs each once a minute. */
  onError?: (error: Error) => void;
  /** Whether pages of this machine may connect; for development. Default false. */
  allowLocalOrigins?: boolean;
}

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

const maxReplayEntries = 50_000;
/** Pages of histories that this replica reads concurrently for all clients that resume or subscribe. */
const historyReadsAtOnce = 16;
const bufferBounds = { maxBufferedEntries: 10_000, maxBufferedBytes: 16 * 1024 * 1024 };
const catchUpTimeoutMs = 5_000;

/** Starts delivering the log to the clients of an HTTP server, which the caller makes listen. */
export async function createRealtime(context: RealtimeContext): Promise<Realtime> {
  const { httpServer, options, log, cluster, access, logger, health } = context;
  const { onError = new TroubleLog(logger).onError } = context;
  // The HTTP server may listen already: no client may connect before everything is in place.
  let isOpen = false;
  const allowLocalOrigins = context.allowLocalOrigins ?? false;
  const addresses = new ClientAddresses(options.trustedProxies, logger);
  const limits = new HandshakeLimits({ ...options.socket, addresses });
  const engine = await createEngine(options.engine);
  const io = createIo(httpServer, {
    ...options,
    allowLocalOrigins,
    isOpen: () => isOpen,
    limits,
    runsOn: engine,
    logger,
  });
  const writer = await createWriter(options.writePath);
  logger.info(
    { engine: engine.name, writePath: writer.name },
    "chose the engine and the write path to clients",
  );
  const queue = new FanOutQueue(writer);
  const events = new EngineEvents(queue);
  const encoder = createEncoder(options);
  const packetLimiter = new PacketLimiter(packetFormat(options.parser), options.socket.commandRate);
  io.adapter(withFanOut(cluster.adapter, connectionOf, queue) as unknown as Parameters<Server["adapter"]>[0]);
  const all = namespaces.map((name) => io.of(name));
  const endEngine = engine.attach({
    io,
    namespaces: all,
    times: options.socket,
    writes: events,
    reads: packetLimiter,
  });
  const sessions = new SessionRegistry();
  const history = historyBounds(context.history);
  const rooms = new RoomManager(socketChannels(all), cluster.membership, history);
  const fanOuts = () => all.map(({ adapter }) => adapter as unknown as FanOut);
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
  const { maxReplaySize, pingIntervalMs, pingTimeoutMs } = options.socket;
  const catchUp = new CatchUp({
    history: { log, turns: new Turns(historyReadsAtOnce) },
    follower,
    continuity,
    rooms,
    store: cluster.sessions,
    encoder,
    bounds: { maxEntries: maxReplayEntries, maxBytes: maxReplaySize },
    takeTimeoutMs: pingIntervalMs + pingTimeoutMs,
  });
  const subscriptions = new SubscriptionManager({
    log,
    follower,
    catchUp,
    access,
    store: cluster.sessions,
    sessions,
    maxSubscriptions: options.socket.maxSubscriptions,
    catchUpTimeoutMs,
  });
  const failures = new CommandFailures(logger);
  const commands = createCommands({ log, access, subscriptions, failures });
  const dispatcher = new Dispatcher(commands, options.socket.commandRate, failures);
  const { sessionTtlMs } = options.socket;
  const epochValidator = new EpochValidator({ sessions, store: cluster.sessions, follower, sessionTtlMs });
  const slots = new SlotManager({ sessions, slots: cluster.slots, onError });
  const connectionHandler = new ConnectionHandler({
    sessions,
    slots,
    epochValidator,
    subscriptions,
    dispatcher,
    replicaId: cluster.replicaId,
    emitToReplicas: cluster.emitToReplicas,
    positions,
    control,
    encoder,
    namespaces: all,
    logger,
  });
  const authenticate = createAuthenticate({
    verifier: context.verifier,
    store: cluster.sessions,
    epochValidator,
    packetLimiter,
    limits,
    connections: { queue, events, bounds: { maxQueuedBytes: options.socket.maxQueueSize, ...bufferBounds } },
    allowQueryToken: options.socket.allowQueryToken,
    position: () => follower.position,
    revision: () => control.revision,
    acquireSlot: (session, replaces) => connectionHandler.acquireSlot(session, replaces),
    logger,
  });
  for (const namespace of all)
    namespace.use(authenticate).on("connection", (socket) => connectionHandler.accept(socket));
  const maintenance = new SessionMaintenance({
    sessions,
    store: cluster.sessions,
    slots: cluster.slots,
    epochValidator,
    sessionTtlMs,
    onError,
  });
  const idleAdvances = startIdleAdvances(history, { sessions, rooms, positions, follower });
  const announcer = new StatsAnnouncer({ cluster, sessions, rooms, subscriptions, relay, follower, onError });
  isOpen = true;
  health.add("log", () => {
    if (!relay.isConnected) throw new Error("this replica is not connected to the log");
    if (continuity.isBroken) throw new Error("missed entries of the log are not delivered yet");
  });
  health.add("cluster", () => cluster.check());
  const announceClose = addDrainCheck(health);
  return {
    io,
    rooms,
    subscriptions,
    sessions,
    announceClose,
    async close() {
      announceClose();
      isOpen = false;
      await drain(io, sessions, options.socket.closeTimeoutMs);
      maintenance.stop();
      await slots.stop();
      for (const idleAdvance of idleAdvances) idleAdvance.stop();
      control.stop();
      endEngine();
      await announcer.stop();
      await follower.stop();
    },
  };
}

function createEncoder({ parser, compressionThreshold }: RealtimeOptions): EventEncoder {
  const deflate = compressionThreshold === undefined ? undefined : createDeflate(compressionThreshold);
  return new EventEncoder(packetFormat(parser), deflate);
}
