import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A TCP connection to a server, for bytes that no HTTP client would send. */
export async function tcp(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  // A reset by the server is an outcome that tests look for.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** The head of a request to upgrade to a WebSocket. */
export function upgradeRequest(path: string, headers: Record<string, string> = {}): string {
  const all = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Opens an Engine.IO connection over polling and returns the URL of its requests. */
export async function openPolling(url: string): Promise<string> {
  const base = `${url}/socket.io/?EIO=4&transport=polling`;
  const text = await (await fetch(base)).text();
  const { sid } = JSON.parse(text.slice(1)) as { sid: string };
  return `${base}&sid=${sid}`;
}
