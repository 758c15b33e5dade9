import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "./find-program.ts";
import { guardWith } from "./orphan-guard.ts";
import { type PrivateProcess, startProcess } from "./private-process.ts";

const image = "redis:7.2";

/** Starts a Redis with the given arguments, its data in `dir`, reachable at 127.0.0.1:`port`. */
export interface RedisLauncher {
  /**
   * Whether its servers are processes of this machine.
   * They reach each other at 127.0.0.1, as Sentinel requires.
   */
  readonly isLocal: boolean;
  /** `env` is added to this process's environment. A container does not get it. */
  launch(
    port: number,
    dir: string,
    args: readonly string[],
    env?: Record<string, string>,
  ): Promise<PrivateProcess>;
}

/**
 * Finds a launcher: `REDIS_SERVER`, an installed binary, or Docker. Otherwise the error says what to install.
 */
export async function findRedisLauncher(): Promise<RedisLauncher> {
  const binary = process.env.REDIS_SERVER || (await findProgram("redis-server", "valkey-server"));
  if (binary !== undefined) return binaryLauncher(binary);
  const docker = await findProgram("docker");
  if (docker !== undefined) return dockerLauncher(docker);
  throw new Error(
    "these tests need Redis: install redis-server or valkey-server, or set REDIS_SERVER to its path",
  );
}

function binaryLauncher(binary: string): RedisLauncher {
  return {
    isLocal: true,
    launch: (port, dir, args, env) =>
      startProcess(binary, [...args, "--port", `${port}`, "--bind", "127.0.0.1", "--dir", dir], {
        env: { ...process.env, ...env },
      }),
  };
}

function dockerLauncher(docker: string): RedisLauncher {
  return {
    isLocal: false,
    async launch(port, dir, args) {
      const name = `roomcast-test-${process.pid}-${port}`;
      const unguard = guardWith(`${docker} rm --force ${name}`);
      const run = ["run", "--rm", "--name", name, "--publish", `127.0.0.1:${port}:6379`];
      const container = [...run, "--volume", `${dir}:/data`, image, "redis-server", ...args];
      const client = await startProcess(docker, container);
      void client.exited.then(unguard);
      // Signals to the docker client do not all reach the server; SIGKILL never does.
      client.kill = (signal) =>
        void promisify(execFile)(docker, ["kill", "--signal", signal, name]).catch(() => 0);
      return client;
    },
  };
}
