import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@redis/client";
import { createAdapter } from "@socket.io/redis-adapter";
import jwt from "jsonwebtoken";
import { type Namespace, Server, type ServerOptions } from "socket.io";
import { pingIntervalSeconds } from "../ping-interval.ts";
import { send, serveCommands } from "./serve-commands.ts";

/**
 * The peer: a Socket.IO server as in its documentation, with a token check and one command. Arguments: the
 * JWT secret, `string` or `key` (the form of the secret for `jsonwebtoken`), and a Redis URL for the
 * redis-adapter or `deflate`.
 */
const [secret = "", keyKind = "string", extra] = process.argv.slice(2);
const key = keyKind === "key" ? createSecretKey(Buffer.from(secret)) : secret;

const httpServer = createServer();
const io = new Server(httpServer, await optionsFor(extra));
const namespace = io.of("/ws");
namespace.use(checkToken);
namespace.on("connection", (socket) => {
  socket.on("subscribe", ({ room }: { room: string }, answer?: (result: object) => void) => {
    void socket.join(room);
    answer?.({ ok: true });
  });
});
serveCommands(() => publishTo(namespace));
httpServer.listen(0, "127.0.0.1");
await once(httpServer, "listening");
send({ port: (httpServer.address() as AddressInfo).port });

function checkToken(...[socket, next]: Parameters<Parameters<Namespace["use"]>[0]>): void {
  const { token } = socket.handshake.auth as { token?: unknown };
  try {
    socket.data = { principal: jwt.verify(String(token), key, { algorithms: ["HS256"] }) };
    next();
  } catch {
    next(new Error("unauthorized"));
  }
}

function publishTo(target: Namespace) {
  return (event: { room: string }) => {
    target.to(event.room).emit("project.updated", event);
    return undefined;
  };
}

async function optionsFor(what: string | undefined): Promise<Partial<ServerOptions>> {
  const pingInterval = pingIntervalSeconds * 1_000;
  if (what === undefined) return { pingInterval };
  if (what !== "deflate") return { pingInterval, adapter: await redisAdapter(what) };
  const perMessageDeflate = {
    threshold: 1_024,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
  };
  return { pingInterval, perMessageDeflate };
}

async function redisAdapter(url: string) {
  const publisher = createClient({ url });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return createAdapter(publisher, subscriber);
}
