import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createRoomAccess, createTokenVerifier, type RevocationStore } from "@roomcast/auth";
import { EventBroadcaster } from "@roomcast/broadcaster";
import { type EventLog, MemoryEventLog } from "@roomcast/event-log";
import {
  type Cluster,
  createLocalCluster,
  createRealtime,
  type Realtime,
  type RealtimeContext,
  readRealtimeOptions,
} from "@roomcast/realtime";
import { createLogger, Health, listen, readEnv } from "@roomcast/service";
import { testedEngine, testSecret } from "@roomcast/testkit";

type SocketLimits = RealtimeContext["options"]["socket"];

/** What a test replaces. */
export interface EmbeddedOptions extends Partial<Pick<RealtimeContext, "verifier" | "access" | "history">> {
  /** Default: one in memory. */
  log?: EventLog;
  /** Default: one in memory. */
  revocations?: RevocationStore;
  socket?: Partial<SocketLimits>;
  corsOrigins?: readonly string[];
  trustedProxies?: readonly string[];
  writePath?: RealtimeContext["options"]["writePath"];
  parser?: RealtimeContext["options"]["parser"];
  compressionThreshold?: number;
  http?: ServerOptions;
  /** Answers what is not Socket.IO's. Default 404. */
  listener?: RequestListener;
}

/** A realtime server in this process. */
export interface Embedded {
  readonly url: string;
  readonly port: number;
  readonly httpServer: Server;
  readonly broadcaster: EventBroadcaster;
  readonly realtime: Realtime;
  readonly health: Health;
  /** What is stored of sessions. */
  readonly sessions: Cluster["sessions"];
  /** Everything logged, each line as JSON text. */
  readonly logLines: string[];
  close(): Promise<void>;
}

/** Most tests come as one user, and all from one address. */
const manyOfOne = { WS_CLOSE_TIMEOUT: "1", WS_ADDRESS_RATE: "100000", WS_HANDSHAKE_RATE: "1000" };

/** Starts a realtime server in this process on a free port. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<Embedded> {
  const {
    socket = {},
    http = {},
    listener,
    verifier,
    access,
    history,
    revocations,
    log = new MemoryEventLog(),
    ...given
  } = options;
  const defaults = readEnv({ ...manyOfOne, ...testedEngine() }, readRealtimeOptions);
  const limits = { ...defaults.socket, ...socket };
  const httpServer = createServer(http, listener ?? notFound);
  const local = createLocalCluster({ ...limits, revocationTtlMs: defaults.revocationTtlMs });
  const cluster = { ...local, revocations: revocations ?? local.revocations };
  const health = new Health();
  const logLines: string[] = [];
  const destination = { write: (line: string) => void logLines.push(line) };
  const realtime = await createRealtime({
    httpServer,
    options: { ...defaults, ...given, socket: limits },
    log,
    cluster,
    verifier: verifier ?? createTokenVerifier({ secret: testSecret }),
    access: access ?? createRoomAccess(),
    logger: createLogger({ level: "trace", name: "realtime", destination }),
    health,
    ...(history === undefined ? {} : { history }),
  });
  const listening = await listen(httpServer, { host: "127.0.0.1", port: 0 });
  return {
    url: `http://127.0.0.1:${listening.port}`,
    port: listening.port,
    httpServer,
    broadcaster: new EventBroadcaster(log),
    realtime,
    health,
    sessions: cluster.sessions,
    logLines,
    async close() {
      const closed = listening.close(100);
      await realtime.close();
      await closed;
      await cluster.close();
      await log.close();
    },
  };
}

const notFound: RequestListener = (_request, response) => {
  response.writeHead(404).end();
};
