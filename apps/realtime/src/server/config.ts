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

/** As many workers as the two digits in a session id can name; see `createSessionId`. */
export const maxWorkers = 99;

/** What a client's connection may do and take. */
export interface SocketLimits {
  pingIntervalMs: Ms;
  pingTimeoutMs: Ms;
  /** From the transport's opening to an accepted token. */
  openTimeoutMs: Ms;
  /** For the whole drain when the process ends, and for any connection to close. */
  closeTimeoutMs: Ms;
  /** Bytes of one message from a client. */
  maxMessageSize: number;
  /** Bytes that may wait for one client before it is cut off. */
  maxQueueSize: number;
  /** Bytes of events that one resume or `subscribe` may be sent of the past, over all rooms. */
  maxReplaySize: number;
  maxConnectionsPerUser: number;
  connectionPolicy: ConnectionPolicy;
  /** Sessions of a user that are kept; never fewer than the connections. */
  maxSessionsPerUser: number;
  maxSubscriptions: number;
  /** Handshakes of one user in a second, with bursts of 30 times as many; more for one who may have many connections. */
  handshakeRate: number;
  /** New connections from one address in a second, with bursts of 20 times as many. */
  addressRate: number;
  /** Commands per second, with bursts of ten times as many. */
  commandRate: number;
  /** How long a session can be resumed after its connection was last used. */
  sessionTtlMs: Ms;
  transports: readonly ("websocket" | "polling")[];
  allowQueryToken: boolean;
}

/** What the realtime server can be told, in a process of its own or beside the API. */
export interface RealtimeOptions {
  socket: SocketLimits;
  /** How long everything is served after the word that the process ends. */
  drainDelayMs: Ms;
  corsOrigins: readonly string[];
  /** Whose word on a client's address counts, as proxy-addr takes it. */
  trustedProxies: readonly string[];
  authorizerUrl?: string;
  revocationTtlMs: Ms;
  writePath: WritePath;
  parser: PacketFormatName;
  /** Bytes from which on an event is deflated; undefined: none is. */
  compressionThreshold?: number;
}

/** Everything the realtime process can be told. */
export interface RealtimeConfig extends RealtimeOptions {
  host: string;
  port: number;
  /** Processes that share the port; 1 is this process alone. */
  workers: number;
  redis: RedisTarget;
  tokens: TokenVerifierConfig;
  log: Required<EventLogOptions>;
  logLevel: LogLevel;
}

/** The realtime process' configuration, frozen, or one `ConfigError` that lists every bad variable. */
export function readConfig(env: Env): RealtimeConfig {
  return readEnv(env, realtimeVariables);
}

/** Declares the realtime process' variables; also what the documentation is checked against. */
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
    logLevel: read.oneOf("LOG_LEVEL", logLevels, { default: "info", description: "The least level logged." }),
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

/** One worker for every core, as far as session ids can name them. */
export function workersFor(cores: number): number {
  return Math.min(cores, maxWorkers);
}

/** Declares what concerns clients and not the process. */
export function readRealtimeOptions(read: EnvReader): RealtimeOptions {
  const authorizerUrl = readAuthorizerUrl(read);
  return {
    socket: readSocketLimits(read),
    drainDelayMs: readDrainDelay(read),
    corsOrigins: readCorsOrigins(read),
    trustedProxies: readTrustedProxies(read),
    revocationTtlMs: readRevocationTtl(read),
    writePath: read.oneOf("WS_WRITE_PATH", writePaths, {
      default: "auto",
      description:
        "How shared frames are written: `native` to many sockets by one call into C, `public` to each by Node's `fs.writeSync`, `stream` through `net.Socket`, as all that must wait is; `auto` takes the first that was built and works in a trial at the start.",
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
      "Live events of at least this size are deflated, once for all clients that can inflate; unset: none.",
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
      "Time over which clients are sent away when the process ends; any connection that is to close is cut after it.",
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
        "What may wait for one client; one that reads more slowly is cut off and resumes by itself.",
    }),
    maxReplaySize: read.bytes("WS_MAX_REPLAY_SIZE", {
      default: 33_554_432,
      min: 65_536,
      description:
        "What one resume or `subscribe` may send of the past, over all rooms; the largest that do not fit are reset.",
    }),
    maxConnectionsPerUser: count(
      "WS_MAX_CONNECTIONS_PER_USER",
      5,
      "Connections a user may have, over all replicas.",
    ),
    connectionPolicy: read.oneOf("WS_CONNECTION_POLICY", connectionPolicies, {
      default: "end-oldest",
      description:
        "What a connection beyond that does: `end-oldest` ends the user's connection that does not answer, has been idle longest or is the oldest; `refuse-newest` refuses the new one.",
    }),
    maxSessionsPerUser: count(
      "WS_MAX_SESSIONS_PER_USER",
      20,
      "Sessions of a user that are kept for a resume; of more, those used longest ago are forgotten.",
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
