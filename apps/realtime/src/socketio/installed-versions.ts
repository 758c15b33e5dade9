import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Versions of what a connection runs on. */
export interface EngineVersions {
  "socket.io": string;
  "engine.io": string;
  ws: string;
}

const require = createRequire(import.meta.url);

/** The versions that are installed: of Engine.IO the one that Socket.IO loads. */
export function installedVersions(): EngineVersions {
  const socketIo = require.resolve("socket.io");
  return {
    "socket.io": versionOf(socketIo),
    "engine.io": versionOf(createRequire(socketIo).resolve("engine.io")),
    ws: versionOf(require.resolve("ws")),
  };
}

/** As a log line or an error names them. */
export function describeVersions(versions: EngineVersions): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

/** Not every package exports its `package.json`, and folders within a package may have one without a version. */
function versionOf(file: string): string {
  const folder = dirname(file);
  const manifest = join(folder, "package.json");
  const found = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
  return (found as { version?: string }).version ?? versionOf(folder);
}
