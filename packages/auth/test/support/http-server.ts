import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it came in. */
export interface Seen {
  method: string;
  path: string;
  body: string;
}

/** A local server that records what it is asked. */
export interface LocalServer {
  readonly url: string;
  readonly seen: Seen[];
  /** Resolves when `count` requests have come in. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server on a free port; `answer` may leave a response open. */
export async function startServer(
  answer: (response: ServerResponse, seen: Seen) => void,
): Promise<LocalServer> {
  const seen: Seen[] = [];
  let onRequest = () => {};
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const one = { method: request.method ?? "", path: request.url ?? "", body };
      seen.push(one);
      answer(response, one);
      onRequest();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/endpoint`,
    seen,
    received: (count) =>
      new Promise((resolve) => {
        onRequest = () => {
          if (seen.length >= count) resolve();
        };
        onRequest();
      }),
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
