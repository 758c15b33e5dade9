import { launchRedis, type RedisServer } from "./launched-redis.ts";
import { findRedisLauncher } from "./redis-launcher.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

export interface RedisServerOptions {
  /** Default: a free one. */
  port?: number;
  /** Whether data survive a restart. Default false. */
  appendOnly?: boolean;
  /** More arguments of redis-server, e.g. `["--maxmemory", "50mb"]`. */
  args?: readonly string[];
  /** Added to this process's environment. Only for a redis-server on this machine. */
  env?: Record<string, string>;
  /** The data folder, which `stop` keeps. Default: a temporary folder that `stop` removes. */
  dir?: string;
}

/**
 * Starts a private Redis and resolves once it answers. If there is no Redis, the error says what to install.
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { port, appendOnly = false, args = [], dir, env } = options;
  const launcher = await findRedisLauncher();
  if (env !== undefined && !launcher.isLocal)
    throw new Error("an environment for Redis needs redis-server itself, not in Docker");
  const folder = dir === undefined ? await temporaryFolder("roomcast-redis-") : keptFolder(dir);
  const allArgs = ["--save", "", "--appendonly", appendOnly ? "yes" : "no", ...args];
  const own = env === undefined ? {} : { env };
  const plan = { launcher, dir: folder.path, args: allArgs, cleanUp: folder.remove, ...own };
  return launchRedis(port === undefined ? plan : { ...plan, port });
}

function keptFolder(path: string): TemporaryFolder {
  return { path, remove: async () => undefined };
}
