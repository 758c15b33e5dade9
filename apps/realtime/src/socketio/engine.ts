import type { ServerOptions, WebSocketServer } from "ws";
import { compactEngine } from "./compact-engine.ts";
import { CompactWebSocketServer } from "./compact-websocket-server.ts";
import type { EngineName } from "./engine-names.ts";
import type { EngineParts } from "./engine-socket.ts";
import { missingFeatures } from "./engine-trial.ts";
import { describeVersions, type EngineVersions, installedVersions } from "./installed-versions.ts";
import { stockEngine } from "./stock-engine.ts";
import { StockWebSocketServer } from "./stock-websocket-server.ts";

/** What a server's connections run on. What clients are promised holds with each. */
export interface Engine {
  readonly name: EngineName;
  /** For Socket.IO's option `wsEngine`. */
  readonly WebSocketServer: new (
    options: ServerOptions,
  ) => WebSocketServer;
  /** Follows the connections of a server that has taken none yet; returns its end. */
  attach(parts: EngineParts): () => void;
}

/** The versions whose internals the compact engine replaces. */
export const compactVersions: EngineVersions = { "socket.io": "4.8.4", "engine.io": "6.6.11", ws: "8.23.0" };

const engines: Record<EngineName, Engine> = {
  compact: { name: "compact", WebSocketServer: CompactWebSocketServer, attach: compactEngine },
  stock: { name: "stock", WebSocketServer: StockWebSocketServer, attach: stockEngine },
};

/** The engine of this name; rejects if it does not work with the versions that are installed, and says why. */
export async function createEngine(name: EngineName, installed = installedVersions()): Promise<Engine> {
  if (name === "compact") checkVersions(installed);
  else await checkFeatures(installed);
  return engines[name];
}

function checkVersions(installed: EngineVersions): void {
  const [made, found] = [describeVersions(compactVersions), describeVersions(installed)];
  if (made === found) return;
  throw new Error(`WS_ENGINE=compact is made for ${made}, not for ${found}: set WS_ENGINE=stock`);
}

async function checkFeatures(installed: EngineVersions): Promise<void> {
  const missing = await missingFeatures();
  if (missing.length === 0) return;
  throw new Error(`WS_ENGINE=stock does not work with ${describeVersions(installed)}: ${missing.join("; ")}`);
}
