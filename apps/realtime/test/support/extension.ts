import { fileURLToPath } from "node:url";
import {
  freePort,
  type PrivateProcess,
  startProcess,
  testedEngine,
  testSecret,
  waitUntil,
} from "@roomcast/testkit";

const fixture = fileURLToPath(new URL("./extension-fixture.mjs", import.meta.url));

/** A running replica with code of its own; see `extension-fixture.mjs`. */
export interface Extension {
  url: string;
  process: PrivateProcess;
  /** Has it do something across the replicas; waits for no effect. */
  does(action: "emit" | "disconnect" | "flood" | "stop"): Promise<void>;
  /** How many sockets on all replicas follow the room. */
  count(): Promise<number>;
  isReady(): Promise<boolean>;
}

/** Starts a replica with code of its own and resolves when it is ready. */
export async function startExtension(redisUrl: string): Promise<Extension> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env.PATH ?? "",
    REDIS_URL: redisUrl,
    JWT_SECRET: testSecret,
    PORT: String(port),
    ...testedEngine(),
  };
  const started = await startProcess(process.execPath, [fixture], { env });
  const extension: Extension = {
    url,
    process: started,
    does: async (action) => {
      await fetch(`${url}/${action}`);
    },
    count: async () => Number(await (await fetch(`${url}/count`)).text()),
    isReady: async () => {
      if (started.hasExited) throw new Error(`the extension ended: ${started.output}`);
      return (await fetch(`${url}/ready`).catch(() => undefined))?.ok ?? false;
    },
  };
  await waitUntil("the extension is ready", () => extension.isReady(), 30_000);
  return extension;
}
