import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";
import { type PrivateProcess, startProcess } from "./private-process.ts";
import { testedEngine } from "./tested-engine.ts";
import { waitUntil } from "./wait-until.ts";

/** The secret with which the started processes verify tokens. */
export const testSecret = "a-secret-for-tests-only-0123456789abcdef";

/** The API key that the started processes accept. */
export const testApiKey = "test-api-key-0123456789";

/** One process of Roomcast, started from its build. */
export interface RoomcastProcess {
  readonly url: string;
  readonly port: number;
  readonly process: PrivateProcess;
  /** Ends it with SIGTERM. */
  stop(): Promise<void>;
  /** Sends a signal; SIGKILL crashes it. */
  kill(signal: NodeJS.Signals): void;
  /** Starts it again at the same port. */
  restart(): Promise<void>;
}

export interface RoomcastProcessOptions {
  redisUrl?: string;
  port?: number;
  env?: Record<string, string>;
}

/** Starts `apps/<app>/dist/main.js` and resolves when it is ready. Otherwise rejects with its output. */
export async function startRoomcast(
  app: "realtime" | "api" | "standalone",
  options: RoomcastProcessOptions = {},
): Promise<RoomcastProcess> {
  const started = new StartedProcess(app, options.port ?? (await freePort()), options);
  await started.restart();
  return started;
}

class StartedProcess implements RoomcastProcess {
  readonly url: string;
  readonly port: number;
  process!: PrivateProcess;
  readonly #app: string;
  readonly #env: Record<string, string>;

  constructor(app: string, port: number, { redisUrl, env = {} }: RoomcastProcessOptions) {
    this.#app = app;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      PATH: process.env.PATH ?? "",
      HOST: "127.0.0.1",
      PORT: String(port),
      LOG_LEVEL: "warn",
      JWT_SECRET: testSecret,
      API_KEYS: `test:${testApiKey}`,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      // All tests connect from one address, and most as one user.
      WS_ADDRESS_RATE: "100000",
      WS_HANDSHAKE_RATE: "1000",
      ...testedEngine(),
      ...env,
    };
  }

  async restart(): Promise<void> {
    const main = join(repositoryRoot(), "apps", this.#app, "dist", "main.js");
    this.process = await startProcess(process.execPath, [main], { env: this.#env });
    try {
      await waitUntil(`${this.#app} is ready`, () => this.#isReady(), 40_000);
    } catch (error) {
      await this.stop();
      throw new Error(`${(error as Error).message}\n${this.process.output}`);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  stop(): Promise<void> {
    return this.process.stop(20_000);
  }

  async #isReady(): Promise<boolean> {
    if (this.process.hasExited) throw new Error(`${this.#app} ended: ${this.process.output}`);
    const response = await fetch(`${this.url}/ready`).catch(() => undefined);
    return response?.ok ?? false;
  }
}

function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "pnpm-workspace.yaml"))) folder = dirname(folder);
  return folder;
}
