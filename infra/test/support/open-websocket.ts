import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Duplex } from "node:stream";

/** A connection upgraded as a WebSocket client does it, and the name of the server that took it. */
export interface OpenWebSocket {
  name: string;
  socket: Duplex;
}

/** Resolves when the connection is upgraded, rejects with any other answer. */
export function openWebSocket(url: string): Promise<OpenWebSocket> {
  const key = randomBytes(16).toString("base64");
  const handshake = { "sec-websocket-version": "13", "sec-websocket-key": key };
  return new Promise((resolve, reject) => {
    request(url, { headers: { connection: "Upgrade", upgrade: "websocket", ...handshake } })
      .on("upgrade", ({ headers }, socket) => resolve({ name: String(headers["x-name"]), socket }))
      .on("response", ({ statusCode }) => reject(new Error(`not upgraded: ${statusCode}`)))
      .on("error", reject)
      .end();
  });
}
