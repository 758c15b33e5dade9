import { availableParallelism } from "node:os";
import {
  readAuthorizerUrl,
  readRevocationTtl,
  readTokenRules,
  type TokenVerifierConfig,
} from "@roomcast/auth";
import { type EventLogOptions, readLogOptions } from "@roomcast/event-log";
import {
  type Env,
  type EnvReader,
  type LogLevel,
  logLevels,
  type Ms,
  type RedisTarget,
  readCorsOrigins,
  readDrainDelay,
  readEnv,
  readRedisUrl,
  readTrustedProxies,
} from "@roomcast/service";
import { type WritePath, writePaths } from "../delivery/create-writer.ts";
import type { PacketFormatName } from "../packets/packet-formats.ts";
import { type ConnectionPolicy, connectionPolicies } from "../sessions/connection-slots.ts";
import { type EngineName, engineNames } from "../socketio/engine-names.ts";

/** The most workers that the two digits in a session id can name; see `createSessionId`. */
export const maxWorkers = 99;

/** Limits and timeouts of client connections. */
export interface SocketLimits {
  pingIntervalMs: Ms;
  pingTimeoutMs: Ms;
  /** From the opening of the transport to an accepted token. */
  openTimeoutMs: Ms;
  /** For the whole drain when the process ends, and for any connection to close. */
  closeTimeoutMs: Ms;
  /** Bytes of one message from a client. */
  maxMessageSize: number;
  /** Bytes that may wait for one client before its connection is closed. */
  maxQueueSize: number;
  /** Bytes of missed events that one resume or `subscribe` may send, over all rooms. */
  maxReplaySize: number;
  maxConnectionsPerUser: number;
  connectionPolicy: ConnectionPolicy;
  /** Sessions of a user that are stored; never fewer than the connections. */
  maxSessionsPerUser: number;
  maxSubscriptions: number;
  /** Handshakes of one user per second, bursts of 30 times as many; more if many connections are allowed. */
  handshakeRate: number;
  /** New connections from one address per second, with bursts of 20 times as many. */
  addressRate: number;
  /** Commands per second, with bursts of ten times as many. */
  commandRate: number;
  /** How long a session can be resumed after its connection was last used. */
  sessionTtlMs: Ms;
  transports: readonly ("websocket" | "polling")[];
  allowQueryToken: boolean;
}

/** Settings of the realtime server, in a process of its own or beside the API. */
export interface RealtimeOptions {
  socket: SocketLimits;
  /** How long everything is served after the process was told to end. */
  drainDelayMs: Ms;
  corsOrigins: readonly string[];
  /** The proxies whose statement of a client's address counts, as proxy-addr takes them. */
  trustedProxies: readonly string[];
  authorizerUrl?: string;
  revocationTtlMs: Ms;
  engine: EngineName;
  writePath: WritePath;
  parser: PacketFormatName;
  /** Bytes from which an event is deflated; undefined to deflate none. */
  compressionThreshold?: number;
}

/** All settings of the realtime process. */
export interface RealtimeConfig extends RealtimeOptions {
  host: string;
  port: number;
  /** Processes that share the port; 1 means this process alone. */
  workers: number;
  redis: RedisTarget;
  tokens: TokenVerifierConfig;
  log: Required<EventLogOptions>;
  logLevel: LogLevel;
}

/** The configuration of the realtime process, frozen, or one `ConfigError` that lists every bad variable. */
export function readConfig(env: Env): RealtimeConfig {
  return readEnv(env, realtimeVariables);
}

/** Declares the variables of the realtime process; the documentation is checked against them. */
export function realtimeVariables(read: EnvReader): RealtimeConfig {
  return {
    host: read.string("HOST", { default: "0.0.0.0", description: "The address to listen on." }),
    port: read.integer("PORT", {
      default: 8_000,
      min: 0,
      max: 65_535,
      description: "The port to listen on; 0 for any.",
    }),
    workers: readWorkers(read),
    redis: readRedisUrl(read),
    tokens: readTokenRules(read),
    ...readRealtimeOptions(read),
    log: readLogOptions(read),
    logLevel: read.oneOf("LOG_LEVEL", logLevels, {
      default: "info",
      description: "The least level logged.",
    }),
  };
}

function readWorkers(read: EnvReader): number {
  const text = read.string("REALTIME_WORKERS", {
    default: "1",
    pattern: /^([1-9]\d?|auto)$/,
    expected: `an integer from 1 to ${maxWorkers}, or \`auto\``,
    description: `Processes that share the port, each a replica; \`auto\` for one on every core, ${maxWorkers} at most.`,
  });
  return text === "auto" ? workersFor(availableParallelism()) : Number(text);
}

/** One worker for every core, up to `maxWorkers`. */
export function workersFor(cores: number): number {
  return Math.min(cores, maxWorkers);
}

/** Declares the variables that concern clients rather than the process. */
export function readRealtimeOptions(read: EnvReader): RealtimeOptions {
  const authorizerUrl = readAuthorizerUrl(read);
  return {
    socket: readSocketLimits(read),
    drainDelayMs: readDrainDelay(read),
    corsOrigins: readCorsOrigins(read),
    trustedProxies: readTrustedProxies(read),
    revocationTtlMs: readRevocationTtl(read),
    engine: read.oneOf("WS_ENGINE", engineNames, {
      default: "compact",
      description:
        "What connections run on: `compact` is our own smaller parts, for the pinned versions alone; `stock` is Socket.IO, Engine.IO and ws as they are, which take more memory.",
    }),
    writePath: read.oneOf("WS_WRITE_PATH", writePaths, {
      default: "auto",
      description:
        "How shared frames are written: `native` to many sockets by one call into C, `public` to each by Node's `fs.writeSync`, `stream` through `net.Socket`, as all bytes that must wait; `auto` takes the first that is built and passes a self-test at start.",
    }),
    parser: read.oneOf("WS_PARSER", ["json", "msgpack"], {
      default: "json",
      description:
        "The format of packets: Socket.IO's own, or that of `socket.io-msgpack-parser`; clients must use the same.",
    }),
    ...readCompression(read),
    ...(authorizerUrl === undefined ? {} : { authorizerUrl }),
  };
}

function readCompression(read: EnvReader): Pick<RealtimeOptions, "compressionThreshold"> {
  const compressionThreshold = read.bytes("WS_COMPRESSION_THRESHOLD", {
    min: 256,
    description:
      "Live events of at least this size are deflated, once for all clients that support it; unset: none.",
  });
  return compressionThreshold === undefined ? {} : { compressionThreshold };
}

function readSocketLimits(read: EnvReader): SocketLimits {
  const seconds = (name: string, value: number, description: string) =>
    read.seconds(name, { default: value, min: 0.05, description });
  const count = (name: string, value: number, description: string) =>
    read.integer(name, { default: value, min: 1, description });
  return {
    pingIntervalMs: seconds("WS_PING_INTERVAL", 20, "Time between the server's pings."),
    pingTimeoutMs: seconds("WS_PING_TIMEOUT", 20, "Time a client has to answer a ping."),
    openTimeoutMs: seconds("WS_OPEN_TIMEOUT", 20, "Time a new connection has to present a valid token."),
    closeTimeoutMs: seconds(
      "WS_CLOSE_TIMEOUT",
      5,
      "Time over which clients are disconnected when the process ends; connections left after it are closed abruptly.",
    ),
    maxMessageSize: read.bytes("WS_MAX_MESSAGE_SIZE", {
      default: 102_400,
      min: 1_024,
      description: "Largest message a client may send.",
    }),
    maxQueueSize: read.bytes("WS_MAX_QUEUE_SIZE", {
      default: 1_048_576,
      min: 16_384,
      description:
        "Data that may wait for one client; a slower client's connection is closed, and the client resumes by itself.",
    }),
    maxReplaySize: read.bytes("WS_MAX_REPLAY_SIZE", {
      default: 33_554_432,
      min: 65_536,
      description:
        "Missed events that one resume or `subscribe` may send, over all rooms; the largest rooms that do not fit are reset.",
    }),
    maxConnectionsPerUser: count(
      "WS_MAX_CONNECTIONS_PER_USER",
      5,
      "Connections a user may have, over all replicas.",
    ),
    connectionPolicy: read.oneOf("WS_CONNECTION_POLICY", connectionPolicies, {
      default: "end-oldest",
      description:
        "What happens to a connection beyond that: `end-oldest` disconnects the user's connection that does not answer, has been idle longest or is the oldest; `refuse-newest` refuses the new one.",
    }),
    maxSessionsPerUser: count(
      "WS_MAX_SESSIONS_PER_USER",
      20,
      "Sessions of a user that are stored for a resume; beyond that the least recently used are deleted.",
    ),
    maxSubscriptions: count("WS_MAX_SUBSCRIPTIONS", 100, "Rooms a connection may follow."),
    handshakeRate: count(
      "WS_HANDSHAKE_RATE",
      1,
      "Handshakes of a user per second, on each replica; bursts of thirty times that.",
    ),
    addressRate: count(
      "WS_ADDRESS_RATE",
      100,
      "Connections that may begin from one address per second, on each replica; bursts of twenty times that.",
    ),
    commandRate: count(
      "WS_COMMAND_RATE",
      20,
      "Commands a connection may send per second, by their weights; bursts of ten times that.",
    ),
    sessionTtlMs: seconds("WS_SESSION_TTL", 86_400, "How long a lost connection can be resumed."),
    transports: read.list("WS_TRANSPORTS", {
      default: ["polling", "websocket"],
      values: ["polling", "websocket"],
      description: "Transports offered; `websocket` alone needs no sticky load balancing.",
    }),
    allowQueryToken: read.boolean("WS_ALLOW_QUERY_TOKEN", {
      default: false,
      description: "Accept the token in the query string, where access logs may keep it.",
    }),
  };
}
