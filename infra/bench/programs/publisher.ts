import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createClient } from "@redis/client";
import { RedisEventLog } from "@roomcast/event-log";
import { parseRedisUrl } from "@roomcast/service";
import { Emitter } from "@socket.io/redis-emitter";
import type { Publish } from "./feed.ts";
import { send, serveCommands } from "./serve-commands.ts";

/** A process that only publishes. Arguments: the kind of target, and its Redis URL or TCP port. */
const [kind = "", target = ""] = process.argv.slice(2);
const publishers: Record<string, () => Promise<Publish>> = {
  "roomcast-redis": () => toEventLog(target),
  "redis-emitter": () => toEmitter(target),
  nchan: () => toNchan(Number(target)),
  nats: () => toNats(Number(target)),
};
const open = publishers[kind];
if (open === undefined) throw new Error(`unknown publisher: ${kind}`);
const publish = await open();
serveCommands(() => publish);
send({ port: 0 });

async function toEventLog(url: string): Promise<Publish> {
  const onError = (error: Error) => console.error(error.message);
  const log = new RedisEventLog({ target: parseRedisUrl(url), onError });
  await log.connect();
  return (event) => {
    const { id, type, room } = event;
    return log.append({ kind: "event", id, type, rooms: [room], json: JSON.stringify(event) });
  };
}

async function toEmitter(url: string): Promise<Publish> {
  const client = createClient({ url });
  await client.connect();
  const emitter = new Emitter(client).of("/ws");
  return (event) => {
    emitter.to(event.room).emit(event.type, event);
    return undefined;
  };
}

/** Uses one connection, pipelines requests and ignores the responses. */
async function toNchan(port: number): Promise<Publish> {
  const socket = await openSocket(port);
  return inOneWrite(socket, (event) => {
    const body = JSON.stringify(event);
    const path = `/publish?room=${event.room.slice("project:".length)}`;
    const length = Buffer.byteLength(body);
    return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n${body}`;
  });
}

async function toNats(port: number): Promise<Publish> {
  const socket = await openSocket(port);
  socket.write('CONNECT {"verbose":false}\r\n');
  return inOneWrite(socket, (event) => {
    const body = JSON.stringify(event);
    return `PUB ${event.room} ${Buffer.byteLength(body)}\r\n${body}\r\n`;
  });
}

async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket.resume();
}

/** Sends all events of a tick in one write. */
function inOneWrite(socket: Socket, encode: (event: Parameters<Publish>[0]) => string): Publish {
  return (event) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(encode(event));
    return undefined;
  };
}
