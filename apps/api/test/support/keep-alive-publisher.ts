import { Agent, type IncomingMessage, request } from "node:http";
import { apiKey } from "./credentials.ts";
import { projectUpdate } from "./project-update.ts";

/** Publishes one event after the other over one connection, as long as the server keeps it open. */
export class KeepAlivePublisher {
  /** Status and `Connection` of each answer. */
  readonly answers: string[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Publishes until a request fails; resolves with the error's code. */
  async run(): Promise<string> {
    for (;;) {
      try {
        this.answers.push(await this.publish());
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? String(error);
      }
    }
  }

  /** Publishes one event; rejects if no whole answer comes. */
  async publish(): Promise<string> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
      const options = {
        port: this.#port,
        path: "/api/v1/events",
        method: "POST",
        agent: this.#agent,
        headers,
      };
      request(options, resolve).on("error", reject).end(JSON.stringify(projectUpdate()));
    });
    for await (const _chunk of response);
    return `${response.statusCode} ${response.headers.connection}`;
  }
}
