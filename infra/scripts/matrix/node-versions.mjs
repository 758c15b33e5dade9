import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runQuietly } from "../commands.mjs";

/** Gets the newest Node of a major version from the package `node`, whose install script brings the binary; resolves with its path. */
export async function getNode(major, temporary) {
  const folder = join(temporary, `node-${major}`);
  await mkdir(folder, { recursive: true });
  const flags = ["--no-audit", "--no-fund", "--no-save", "--loglevel=error", "--ignore-scripts=false"];
  await runQuietly(`npm install node@${major}`, "npm", [
    "install",
    "--prefix",
    folder,
    ...flags,
    `node@${major}`,
  ]);
  return join(folder, "node_modules", "node", "bin", "node");
}
