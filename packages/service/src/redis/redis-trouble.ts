import { ErrorReply } from "@redis/client";

/**
 * What the connection has to do: `reconnect`, because another server may serve; `wait`, because this one will serve again
 * by itself or when an operator has acted; `give-up`, because only another configuration of this process or of Redis helps.
 */
export type RedisRemedy = "reconnect" | "wait" | "give-up";

/** Why Redis cannot serve this process, in words for an operator. */
export class RedisTrouble extends Error {
  override readonly name = "RedisTrouble";
  readonly remedy: RedisRemedy;

  constructor(reason: string, remedy: RedisRemedy, cause?: Error) {
    super(reason, { cause });
    this.remedy = remedy;
  }
}

export const replicaReason = "it is a replica, which takes no writes";
export const clusterReason =
  "it is a Redis Cluster, which is not supported: use one master, with or without Sentinel";
const inUrl = "see REDIS_URL in docs/configuration.md";

/** Reasons by the first word of an error reply (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
const replies: Record<string, readonly [reason: string, remedy: RedisRemedy]> = {
  READONLY: [replicaReason, "reconnect"],
  MASTERDOWN: ["it is a replica that has lost its master", "reconnect"],
  LOADING: ["it is loading its data", "reconnect"],
  OOM: ["its memory is full: raise maxmemory, or keep shorter histories", "wait"],
  MISCONF: ["it takes no writes, because it cannot save to its disk", "wait"],
  NOREPLICAS: [
    "it takes no writes, because too few of its replicas are connected (min-replicas-to-write)",
    "wait",
  ],
  BUSY: ["it is busy with a script", "wait"],
  NOAUTH: [`it asks for a password: ${inUrl}`, "give-up"],
  WRONGPASS: [`it does not accept the user name or the password: ${inUrl}`, "give-up"],
  NOPERM: ["the user lacks a right: see the ACL line in docs/operations.md", "give-up"],
  DENIED: ["it is in protected mode and takes connections from its own machine only", "give-up"],
  NOPROTO: ["it does not speak RESP3: Redis 6.2 or newer is needed", "give-up"],
  MOVED: [clusterReason, "give-up"],
  CLUSTERDOWN: [clusterReason, "give-up"],
};

/** Reasons of error replies that begin with `ERR`. */
const phrases: readonly [pattern: RegExp, reason: string, remedy: RedisRemedy][] = [
  [/unknown command .?HELLO/i, "it does not know HELLO: Redis 6.2 or newer is needed", "give-up"],
  [/DB index is out of range|invalid DB index/i, `it has no database of that number: ${inUrl}`, "give-up"],
  [/max number of clients/i, "it takes no more connections (maxclients)", "reconnect"],
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

/** What an error reply says about the server; undefined if it is about the command alone. */
export function troubleOfReply(error: unknown): RedisTrouble | undefined {
  if (!(error instanceof ErrorReply)) return undefined;
  const code = codeOf(error.message);
  const [reason, remedy] = replies[code] ?? [];
  if (reason !== undefined && remedy !== undefined)
    return new RedisTrouble(`${reason} (${code === "NOPERM" ? error.message : code})`, remedy, error);
  const known = phrases.find(([pattern]) => pattern.test(error.message));
  return known && new RedisTrouble(known[1], known[2], error);
}

/** Why a connection could not be made, or was lost. */
export function troubleOf(error: Error): RedisTrouble {
  if (error instanceof RedisTrouble) return error;
  const { code } = error as NodeJS.ErrnoException;
  const reason = systemErrors[code ?? ""] ?? clientErrors[error.constructor.name] ?? error.message;
  return troubleOfReply(error) ?? new RedisTrouble(reason || String(code ?? error.name), "reconnect", error);
}

/**
 * The error's first word that says something of the server; a script may have put one of its own before it. Before Redis 7
 * that of a command in a script stands behind a `-` further on.
 */
function codeOf(message: string): string {
  // Of a right that a script lacks, Redis 6.2 and 7 say nothing else.
  if (message.includes("user executing the script can't")) return "NOPERM";
  const inScript = /^(?:ERR Error running script|[A-Z]+ @user_script).*?-([A-Z]+) /.exec(message);
  const words = [inScript?.[1], ...message.split(" ", 2)];
  return words.find((word) => word !== undefined && Object.hasOwn(replies, word)) ?? "";
}
