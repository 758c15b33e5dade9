/** How to find the Redis master: at a fixed address, or by asking Sentinels. */
export type RedisTarget =
  | { kind: "standalone"; url: string }
  | { kind: "sentinel"; sentinels: { host: string; port: number }[]; name: string; auth: RedisAuth };

/** Credentials and database of a master that Sentinel manages. */
export interface RedisAuth {
  username?: string;
  password?: string;
  database?: number;
}

/**
 * Parses `redis://`, `rediss://` or `redis+sentinel://[user:password@]host:port,host:port/name[/database]`.
 * Throws an `Error` for any other text. Its message omits the URL, which may contain a password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  if (/^rediss?:\/\/./.test(url)) return { kind: "standalone", url };
  const match = /^redis\+sentinel:\/\/(?:([^@/]*)@)?([^/]+)\/([\w.-]+)(?:\/(\d+))?$/.exec(url);
  if (match === null) {
    throw new Error(
      "expected redis://host:port, rediss://host:port or redis+sentinel://host:port,host:port/name",
    );
  }
  const [, credentials, hosts = "", name = "", database] = match;
  return {
    kind: "sentinel",
    sentinels: hosts.split(",").map(parseHost),
    name,
    auth: parseAuth(credentials, database),
  };
}

function parseHost(text: string): { host: string; port: number } {
  const match = /^(\[[\da-f:]+\]|[\w.-]+):(\d{1,5})$/i.exec(text);
  if (match === null) throw new Error("a Sentinel address must be host:port");
  return { host: (match[1] as string).replace(/^\[|\]$/g, ""), port: Number(match[2]) };
}

function parseAuth(credentials: string | undefined, database: string | undefined): RedisAuth {
  const auth: RedisAuth = {};
  const [username, password] = (credentials ?? "").split(":").map(decodeURIComponent);
  if (username) auth.username = username;
  if (password) auth.password = password;
  if (database !== undefined) auth.database = Number(database);
  return auth;
}

/** The address of a target for log lines, without user and password. */
export function addressOf(target: RedisTarget): string {
  if (target.kind === "standalone") return new URL(target.url).host;
  return `${target.name} of the Sentinels ${target.sentinels.map(({ host, port }) => `${host}:${port}`).join(", ")}`;
}
