import { Socket as NetSocket } from "node:net";
import type { Socket } from "socket.io";
import type { WebSocket } from "ws";
import type { EngineSocket } from "./engine-socket.ts";

/** What a feature is looked for in: a connection of this process with itself. */
export interface Trial {
  engine: EngineSocket & NodeJS.EventEmitter;
  socket: Socket;
  client: WebSocket;
  /** Resolves with the arguments of the next such event; rejects when the trial takes too long. */
  told: (emitter: NodeJS.EventEmitter, event: string) => Promise<unknown[]>;
}

/** Whether something is as it is needed; throws or rejects if it is not there at all. */
export type Feature = (trial: Trial) => boolean | Promise<boolean>;

/** A text frame of the packet `4ready`, as the server sends it. */
const readyFrame = Buffer.concat([Buffer.from([0x81, 6]), Buffer.from("4ready")]);

const methods = ["sendPacket", "write", "flush", "close", "onClose", "resetPingTimeout"] as const;

/** What the stock engine and the delivery use of Engine.IO, ws and Socket.IO beyond their documentation, by what is said if it is not there. */
export const features: Record<string, Feature> = {
  "Engine.IO's socket has other methods": ({ engine }) =>
    methods.every((name) => typeof engine[name] === "function"),

  "Engine.IO's socket has another state": ({ engine }) =>
    engine.readyState === "open" &&
    [engine.writeBuffer, engine.packetsFn, engine.sentCallbackFn].every(Array.isArray) &&
    Object.hasOwn(engine.server.clients, engine.id) &&
    engine.pingTimeoutTimer === null &&
    "pingIntervalTimer" in engine,

  "Engine.IO's transport is another": ({ engine: { transport } }) =>
    transport.name === "websocket" && transport.writable && typeof transport.socket?.terminate === "function",

  "ws has its stream or its sender elsewhere": ({ engine: { transport } }) => {
    const {
      _socket: stream,
      _sender: sender,
      _extensions: extensions,
    } = transport.socket as unknown as WebSocketParts;
    return stream instanceof NetSocket && sender._state === 0 && typeof extensions === "object";
  },

  "Engine.IO does not write through `sendPacket` and `flush`": ({ engine, client, told }) => {
    const calls: string[] = [];
    for (const name of ["sendPacket", "flush"] as const) {
      const stock = engine[name] as (...args: unknown[]) => void;
      engine[name] = function (this: EngineSocket, ...args: unknown[]) {
        calls.push(name);
        stock.apply(this, args);
      };
    }
    const received = told(client, "message");
    engine.write("written");
    return received.then(
      ([data]) => calls.slice(0, 2).join() === "sendPacket,flush" && String(data) === "4written",
    );
  },

  "ready frames are not sent as they are": async ({ socket, client, told }) => {
    const received = told(client, "message");
    const io = socket.client as unknown as { writeToEngine(packets: string[], options: object): void };
    io.writeToEngine(["not this"], { preEncoded: true, wsPreEncodedFrame: [readyFrame] });
    return String((await received)[0]) === "4ready";
  },

  "answers to pings are not told by `heartbeat`": async ({ engine, client, told }) => {
    engine.sendPacket("ping");
    engine.resetPingTimeout();
    const isRunning = engine.pingTimeoutTimer !== null;
    const answered = told(engine, "heartbeat");
    client.send("3");
    await answered;
    return isRunning && engine.pingTimeoutTimer === null;
  },

  "packets are not told by `packet` before they are looked at": async ({ engine, socket, client, told }) => {
    const seen: string[] = [];
    engine.once("packet", ({ type }: { type: string }) => {
      seen.push(type);
      engine.close(true);
    });
    socket.onAny((name) => seen.push(name));
    const closed = told(client, "close");
    client.send('42["late"]');
    await closed;
    return seen.join() === "message";
  },
};

interface WebSocketParts {
  _socket: unknown;
  _sender: { _state: unknown };
  _extensions: unknown;
}
