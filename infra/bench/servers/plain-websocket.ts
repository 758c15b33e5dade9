import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { serveCommands, tell } from "./serve-commands.ts";

/** The `ws` package alone: connections name their room in the address, an event is one `send` each. */
const rooms = new Map<string, WebSocket[]>();
const httpServer = createServer();
const sockets = new WebSocketServer({ server: httpServer });
sockets.on("connection", (socket, request) => {
  const room = new URL(request.url ?? "/", "http://localhost").searchParams.get("room") ?? "0";
  const members = rooms.get(`project:${room}`) ?? [];
  rooms.set(`project:${room}`, members);
  members.push(socket);
});
serveCommands(() => (event) => {
  const text = Buffer.from(`42/ws,${JSON.stringify([event.type, event])}`);
  for (const socket of rooms.get(event.room) ?? []) socket.send(text, { binary: false });
  return undefined;
});
httpServer.listen(0, "127.0.0.1", () => tell({ port: (httpServer.address() as AddressInfo).port }));
