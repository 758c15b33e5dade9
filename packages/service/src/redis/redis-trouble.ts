import { ErrorReply } from "@redis/client";

/**
 * What the connection must do. `reconnect`: another server may serve. `wait`: this server will serve again by
 * itself or after an operator has acted. `give-up`: only another configuration of this process or of Redis
 * helps.
 */
export type RedisRemedy = "reconnect" | "wait" | "give-up";

/** Why Redis cannot serve this process. The message is for an operator. */
export class RedisTrouble extends Error {
  override readonly name = "RedisTrouble";
  readonly remedy: RedisRemedy;

  constructor(reason: string, remedy: RedisRemedy, cause?: Error) {
    super(reason, { cause });
    this.remedy = remedy;
  }
}

export const replicaReason = "it is a replica, which accepts no writes";
export const clusterReason =
  "it is a Redis Cluster, which is not supported: use one master, with or without Sentinel";
const inUrl = "see REDIS_URL in docs/configuration.md";

/**
 * Reasons by the first word of an error reply
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors).
 */
const replies: Record<string, readonly [reason: string, remedy: RedisRemedy]> = {
  READONLY: [replicaReason, "reconnect"],
  MASTERDOWN: ["it is a replica that has lost its master", "reconnect"],
  LOADING: ["it is loading its data", "reconnect"],
  OOM: ["its memory is full: raise maxmemory, or keep shorter histories", "wait"],
  MISCONF: ["it accepts no writes, because it cannot save to its disk", "wait"],
  NOREPLICAS: [
    "it accepts no writes, because too few of its replicas are connected (min-replicas-to-write)",
    "wait",
  ],
  BUSY: ["it is busy running a script", "wait"],
  NOAUTH: [`it asks for a password: ${inUrl}`, "give-up"],
  WRONGPASS: [`it does not accept the user name or the password: ${inUrl}`, "give-up"],
  NOPERM: ["the user lacks a right: see the ACL line in docs/operations.md", "give-up"],
  DENIED: ["it is in protected mode and accepts connections from its own machine only", "give-up"],
  NOPROTO: ["it does not speak RESP3: Redis 6.2 or newer is needed", "give-up"],
  MOVED: [clusterReason, "give-up"],
  CLUSTERDOWN: [clusterReason, "give-up"],
};

/** Reasons of error replies that begin with `ERR`. */
const phrases: readonly [pattern: RegExp, reason: string, remedy: RedisRemedy][] = [
  [/unknown command .?HELLO/i, "it does not know HELLO: Redis 6.2 or newer is needed", "give-up"],
  [/DB index is out of range|invalid DB index/i, `it has no database of that number: ${inUrl}`, "give-up"],
  [/max number of clients/i, "it accepts no more connections (maxclients)", "reconnect"],
];

const systemErrors: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name cannot be looked up now",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: "no answer",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS: redis:// instead of rediss://?",
};

const clientErrors: Record<string, string> = {
  SocketClosedUnexpectedlyError: "the connection was closed",
  ConnectionTimeoutError: "no answer",
};

/** Explains what an error reply says about the server. Returns undefined if it concerns only the command. */
export function troubleOfReply(error: unknown): RedisTrouble | undefined {
  if (!(error instanceof ErrorReply)) return undefined;
  const code = codeOf(error.message);
  const [reason, remedy] = replies[code] ?? [];
  if (reason !== undefined && remedy !== undefined)
    return new RedisTrouble(`${reason} (${code === "NOPERM" ? error.message : code})`, remedy, error);
  const known = phrases.find(([pattern]) => pattern.test(error.message));
  return known && new RedisTrouble(known[1], known[2], error);
}

/** Explains why a connection could not be made or was lost. */
export function troubleOf(error: Error): RedisTrouble {
  if (error instanceof RedisTrouble) return error;
  const { code } = error as NodeJS.ErrnoException;
  const reason = systemErrors[code ?? ""] ?? clientErrors[error.constructor.name] ?? error.message;
  return troubleOfReply(error) ?? new RedisTrouble(reason || String(code ?? error.name), "reconnect", error);
}

/**
 * Returns the first word of the error that says something about the server. A script may put its own word
 * before it. Before Redis 7 the word of a command inside a script comes later, after a `-`.
 */
function codeOf(message: string): string {
  // This is all that Redis 6.2 and 7 say about a right that a script lacks.
  if (message.includes("user executing the script can't")) return "NOPERM";
  const inScript = /^(?:ERR Error running script|[A-Z]+ @user_script).*?-([A-Z]+) /.exec(message);
  const words = [inScript?.[1], ...message.split(" ", 2)];
  return words.find((word) => word !== undefined && Object.hasOwn(replies, word)) ?? "";
}
