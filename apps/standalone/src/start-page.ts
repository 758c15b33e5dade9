import { fileURLToPath } from "node:url";
import express, { type Request, type Response, Router } from "express";
import type { StandaloneConfig } from "./config.ts";
import type { Demo } from "./demo.ts";
import { isLocalRequest } from "./is-local-request.ts";

const folder = fileURLToPath(new URL("../public", import.meta.url));

const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // For browsers that do not know `frame-ancestors`.
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Socket.IO's client builds, which the server serves. */
const clients = {
  json: "/socket.io/socket.io.js",
  msgpack: "/socket.io/socket.io.msgpack.min.js",
} as const;

/** Serves the page at `/`, the generated keys for it, and the client build for the server's parser. */
export function startPage(demo: Demo | undefined, parser: StandaloneConfig["parser"]): Router {
  const router = Router();
  const files = express.static(folder, { setHeaders: (response) => (response as Response).set(headers) });
  router.get("/client.js", (_request, response) => response.redirect(clients[parser]));
  router.get("/demo.json", (request, response) => sendDemo(request, response, demo && { ...demo, parser }));
  return router.use(files);
}

/** Sends the keys only to pages of this machine, even if the server listens on all addresses. */
function sendDemo(request: Request, response: Response, demo: object | undefined): void {
  response.set({ ...headers, "cache-control": "no-store" });
  if (demo === undefined || !isLocalRequest(request))
    response.status(404).json({ error: "there are no generated keys here" });
  else response.json(demo);
}
