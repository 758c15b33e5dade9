import { createServer } from "node:http";
import { type ApiContext, createApi } from "@roomcast/api";
import {
  createApiKeyVerifier,
  createRevocableVerifier,
  createRoomAccess,
  createTokenVerifier,
  MemoryRevocationStore,
  Revoker,
} from "@roomcast/auth";
import { EventBroadcaster } from "@roomcast/broadcaster";
import { type LogEntry, type LogFollower, MemoryEventLog } from "@roomcast/event-log";
import type { EventEnvelope } from "@roomcast/events";
import { ClientAddresses, createLogger, Health, type Listening, listen } from "@roomcast/service";
import { apiKey, otherApiKey, tokenSecret, webhookSecret } from "./credentials.ts";

/** What the API answered. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface CallOptions {
  /** What stands behind `Authorization: Bearer`; null for no such header. Default the API key. */
  bearer?: string | null;
  headers?: Record<string, string>;
}

/** What a test replaces of the context; `github: null` for no webhooks. */
export type Overrides = Partial<Omit<ApiContext, "github">> & { github?: null };

/** The API over a log in memory, listening on a free port. */
export class TestApi {
  readonly log = new MemoryEventLog();
  readonly health = new Health();
  readonly logLines: string[] = [];
  readonly #entries: LogEntry[] = [];
  #follower?: LogFollower;
  #listening?: Listening;

  static async start({ github, ...overrides }: Overrides = {}): Promise<TestApi> {
    const api = new TestApi();
    const context = { ...api.#context(), ...overrides };
    if (github !== null) context.github = { secret: webhookSecret };
    const server = createServer(createApi(context));
    api.#listening = await listen(server, { host: "127.0.0.1", port: 0 });
    api.#follower = await api.log.follow({
      entry: (entry) => void api.#entries.push(entry),
      onDiscontinuity: () => undefined,
      connected: () => undefined,
    });
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listening?.port}`;
  }

  /** Sends a JSON body. */
  send(method: string, path: string, body: unknown, options: CallOptions = {}): Promise<Answer> {
    const headers = { "Content-Type": "application/json", ...options.headers };
    return this.call(method, path, JSON.stringify(body), { ...options, headers });
  }

  /** Sends text or bytes as they are. */
  async call(
    method: string,
    path: string,
    body: string | Uint8Array | null,
    options: CallOptions = {},
  ): Promise<Answer> {
    const { bearer = apiKey, headers = {} } = options;
    const authorization: Record<string, string> =
      bearer === null ? {} : { Authorization: `Bearer ${bearer}` };
    const response = await fetch(this.url + path, {
      method,
      body,
      headers: { ...authorization, ...headers },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  }

  /** What stands in the log by now. */
  async appended(): Promise<(LogEntry & { envelope: EventEnvelope })[]> {
    const head = await this.log.head();
    await this.#follower?.reached(head.offset, 1_000);
    return this.#entries.map((entry) => ({ ...entry, envelope: JSON.parse(entry.json) }));
  }

  async close(): Promise<void> {
    await this.#listening?.close(0);
    await this.log.close();
  }

  #context(): ApiContext {
    const revocations = new MemoryRevocationStore({ ttlMs: 60_000 });
    const destination = { write: (line: string) => void this.logLines.push(line) };
    return {
      broadcaster: new EventBroadcaster(this.log),
      verifier: createRevocableVerifier(createTokenVerifier({ secret: tokenSecret }), revocations),
      revoker: new Revoker(revocations, this.log),
      apiKeys: createApiKeyVerifier([
        { name: "backend", secret: apiKey },
        { name: "other", secret: otherApiKey },
      ]),
      roomAccess: createRoomAccess(),
      stats: { read: async () => ({ replicas: [] }) },
      logger: createLogger({ level: "debug", name: "test", destination }),
      addresses: new ClientAddresses([], { warn: () => undefined }),
      health: this.health,
      corsOrigins: ["https://app.example.com"],
    };
  }
}
