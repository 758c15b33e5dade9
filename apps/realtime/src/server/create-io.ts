import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Logger } from "@roomcast/service";
import { Server } from "socket.io";
import type { HandshakeLimits } from "../connections/handshake-limits.ts";
import { OriginCheck } from "../connections/origin-check.ts";
import { endOversized } from "../connections/oversized-posts.ts";
import { guardRequests } from "../connections/request-guard.ts";
import { addSecurityHeaders } from "../connections/response-headers.ts";
import { packetFormat } from "../packets/packet-formats.ts";
import type { Engine } from "../socketio/engine.ts";
import { guardUpgrades } from "../socketio/upgrade-guard.ts";
import { withDeflate } from "../socketio/with-deflate.ts";
import type { RealtimeOptions } from "./config.ts";

export interface CreateIoOptions extends RealtimeOptions {
  /** Whether pages of this machine may connect; for development. */
  allowLocalOrigins: boolean;
  /** Whether new connections are accepted. */
  isOpen: () => boolean;
  limits: HandshakeLimits;
  /** What connections run on. */
  runsOn: Engine;
  logger: Logger;
}

/** The Socket.IO server, with everything closed that its defaults leave open. */
export function createIo(httpServer: HttpServer, options: CreateIoOptions): Server {
  const { socket, corsOrigins, allowLocalOrigins, isOpen, limits, compressionThreshold, runsOn, logger } =
    options;
  const { WebSocketServer } = runsOn;
  const format = packetFormat(options.parser);
  const origins = new OriginCheck(corsOrigins, allowLocalOrigins);
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
    wsEngine: compressionThreshold === undefined ? WebSocketServer : withDeflate(WebSocketServer),
    // Runs before anything is allocated for a connection.
    allowRequest: (_request, answer) => {
      const isAllowed = isOpen();
      answer(isAllowed ? undefined : "draining", isAllowed);
    },
    cors: (request: IncomingMessage, answer: (error: null, options: object) => void) => {
      const credentials = origins.isTrusted(request);
      answer(null, { origin: origins.allows(request), methods: ["GET", "POST"], credentials });
    },
  } as ConstructorParameters<typeof Server>[1]);
  // After the CORS headers, so that a refusal has them too.
  io.engine.use(guardRequests(origins, limits, logger));
  io.engine.use(endOversized(io.engine as unknown as Parameters<typeof endOversized>[0]));
  addSecurityHeaders(httpServer);
  io.engine.on("headers", (_headers: object, request: IncomingMessage) => answered(request));
  return io;
}
