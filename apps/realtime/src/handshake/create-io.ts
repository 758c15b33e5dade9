import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server } from "socket.io";
import type { RealtimeOptions } from "../config.ts";
import { packetFormat } from "../packets/packet-formats.ts";
import { createOriginCheck } from "./origin-check.ts";
import { SubprotocolServer } from "./subprotocol-server.ts";
import { guardUpgrades } from "./upgrade-guard.ts";

export interface CreateIoOptions extends RealtimeOptions {
  /** Pages of this machine may connect; for development. */
  allowLocalOrigins: boolean;
  /** Whether new connections are taken. */
  isOpen: () => boolean;
}

/** The Socket.IO server with everything closed that its defaults leave open. */
export function createIo(httpServer: HttpServer, options: CreateIoOptions): Server {
  const { socket, corsOrigins, allowLocalOrigins, isOpen, compressionThreshold } = options;
  const format = packetFormat(options.parser);
  const mayConnect = createOriginCheck(corsOrigins, allowLocalOrigins);
  const answered = guardUpgrades(httpServer, socket.openTimeoutMs);
  const io = new Server(httpServer, {
    path: "/socket.io/",
    destroyUpgrade: false,
    serveClient: true,
    transports: [...socket.transports],
    pingInterval: socket.pingIntervalMs,
    pingTimeout: socket.pingTimeoutMs,
    connectTimeout: socket.openTimeoutMs,
    maxHttpBufferSize: socket.maxMessageSize,
    cleanupEmptyChildNamespaces: true,
    ...(format.parser === undefined ? {} : { parser: format.parser }),
    // Each message by itself: so one frame is good for all, and neither side keeps a window for the other.
    perMessageDeflate: compressionThreshold !== undefined && {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
    },
    wsEngine: SubprotocolServer as unknown as Server["engine"],
    // Runs before anything is made for the connection, on both transports.
    allowRequest: (request, answer) => {
      const refusal = !isOpen() ? "draining" : mayConnect(request) ? undefined : "origin_not_allowed";
      answer(refusal, refusal === undefined);
    },
    cors: (request: IncomingMessage, answer: (error: null, options: object) => void) => {
      answer(null, { origin: mayConnect(request), methods: ["GET", "POST"] });
    },
  } as ConstructorParameters<typeof Server>[1]);
  io.engine.on("headers", (_headers: object, request: IncomingMessage) => answered(request));
  return io;
}
