import { fileURLToPath } from "node:url";
import {
  freePort,
  type PrivateProcess,
  startProcess,
  testedEngine,
  testSecret,
  waitUntil,
} from "@roomcast/testkit";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** The shell outlives the signal that ends the replica, to tell what came of it. */
const script = `trap : TERM; "$0" "$1"; echo "exit code $?"`;

/** A replica of which it can be told how it ended. */
export interface Terminable {
  url: string;
  process: PrivateProcess;
  /** Sends SIGTERM. */
  terminate(): void;
  /** Resolves with the exit code once it has ended. */
  exitCode(): Promise<number>;
}

/** Starts a replica and resolves when it is ready, or when it is alive, or at once. */
export async function startTerminable(
  redisUrl: string,
  env: Record<string, string>,
  until: "ready" | "alive" | "started" = "ready",
): Promise<Terminable> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = await startProcess("sh", ["-c", script, process.execPath, main], {
    env: {
      PATH: process.env.PATH ?? "",
      HOST: "127.0.0.1",
      PORT: String(port),
      JWT_SECRET: testSecret,
      REDIS_URL: redisUrl,
      ...testedEngine(),
      ...env,
    },
  });
  const probe = { ready: "/ready", alive: "/health", started: undefined }[until];
  await waitUntil(
    `the replica is ${until}`,
    async () => {
      if (probe === undefined) return true;
      if (started.hasExited) throw new Error(`the replica ended: ${started.output}`);
      return (await fetch(url + probe).catch(() => undefined))?.ok ?? false;
    },
    30_000,
  );
  return {
    url,
    process: started,
    // The shell and the replica: a process group of their own.
    terminate: () => void process.kill(-started.pid, "SIGTERM"),
    async exitCode() {
      await started.exited;
      return Number(/exit code (\d+)/.exec(started.output)?.[1]);
    },
  };
}
