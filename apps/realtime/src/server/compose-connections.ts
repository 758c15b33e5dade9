import { CommandFailures } from "../commands/command-failures.ts";
import { createCommands } from "../commands/create-commands.ts";
import { Dispatcher } from "../commands/dispatch.ts";
import { createAuthenticate } from "../connections/authenticate.ts";
import { ConnectionHandler } from "../connections/connection-handler.ts";
import { EpochValidator } from "../sessions/epoch-validator.ts";
import { SessionMaintenance } from "../sessions/session-maintenance.ts";
import { SlotManager } from "../sessions/slot-manager.ts";
import type { Delivery } from "./compose-delivery.ts";
import type { Subscriptions } from "./compose-subscriptions.ts";
import type { RealtimeContext } from "./realtime-context.ts";

type Context = Pick<RealtimeContext, "options" | "log" | "cluster" | "access" | "verifier" | "logger"> & {
  onError: (error: Error) => void;
};

/** How clients come in, send commands and leave. */
export interface Connections {
  /** Stops the work that recurs for all sessions, and releases the slots. */
  stop(): Promise<void>;
}

const bufferBounds = { maxBufferedEntries: 10_000, maxBufferedBytes: 16 * 1024 * 1024 };

/** Authenticates the connections of all namespaces, and hands them to the connection handler. */
export function composeConnections(
  context: Context,
  delivery: Delivery,
  following: Subscriptions,
): Connections {
  const { options, log, cluster, access, verifier, logger, onError } = context;
  const { queue, events, encoder, namespaces, limits, packetLimiter } = delivery;
  const { sessions, subscriptions, follower, positions, control } = following;
  const { sessionTtlMs, commandRate, maxQueueSize, allowQueryToken } = options.socket;
  const store = cluster.sessions;
  const failures = new CommandFailures(logger);
  const commands = createCommands({ log, access, subscriptions, failures });
  const dispatcher = new Dispatcher(commands, commandRate, failures);
  const epochValidator = new EpochValidator({ sessions, store, follower, sessionTtlMs });
  const slots = new SlotManager({ sessions, slots: cluster.slots, onError });
  const handler = new ConnectionHandler({
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
    namespaces,
    logger,
  });
  const authenticate = createAuthenticate({
    verifier,
    store,
    epochValidator,
    packetLimiter,
    limits,
    connections: { queue, events, bounds: { maxQueuedBytes: maxQueueSize, ...bufferBounds } },
    allowQueryToken,
    position: () => follower.position,
    revision: () => control.revision,
    acquireSlot: (session, replaces) => handler.acquireSlot(session, replaces),
    logger,
  });
  for (const namespace of namespaces)
    namespace.use(authenticate).on("connection", (socket) => handler.accept(socket));
  const maintenance = new SessionMaintenance({
    sessions,
    store,
    slots: cluster.slots,
    epochValidator,
    sessionTtlMs,
    onError,
  });
  return {
    async stop() {
      maintenance.stop();
      await slots.stop();
    },
  };
}
