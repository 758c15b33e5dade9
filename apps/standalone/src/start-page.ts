import { fileURLToPath } from "node:url";
import express, { type Request, type Response, Router } from "express";
import type { StandaloneConfig } from "./config.ts";
import type { Demo } from "./demo.ts";

const folder = fileURLToPath(new URL("../public", import.meta.url));

const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:";

/** Socket.IO's builds of its client, which the server hands out. */
const clients = {
  json: "/socket.io/socket.io.js",
  msgpack: "/socket.io/socket.io.msgpack.min.js",
} as const;

/** The page at `/`, the made-up keys it connects with, and the client that fits the server's parser. */
export function startPage(demo: Demo | undefined, parser: StandaloneConfig["parser"]): Router {
  const router = Router();
  router.get("/client.js", (_request, response) => response.redirect(clients[parser]));
  router.get("/demo.json", (request, response) => sendDemo(request, response, demo && { ...demo, parser }));
  router.use(
    express.static(folder, {
      setHeaders: (response) => response.setHeader("content-security-policy", contentSecurityPolicy),
    }),
  );
  return router;
}

/**
 * The keys are for pages of this machine, whatever address the server listens on. The check of the host keeps out a foreign page that has its own name resolve
 * to this address (DNS rebinding).
 */
function sendDemo(request: Request, response: Response, demo: object | undefined): void {
  const isLocal =
    ["localhost", "127.0.0.1", "[::1]"].includes(request.hostname) &&
    ["127.0.0.1", "::1", "::ffff:127.0.0.1"].includes(request.socket.remoteAddress ?? "");
  if (demo === undefined || !isLocal) response.status(404).json({ error: "no made-up keys here" });
  else response.setHeader("cache-control", "no-store").json(demo);
}
