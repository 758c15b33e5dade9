import { spawnSync } from "node:child_process";
import { renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Compiles send-all.c beside itself, unless the addon exists and loads. The addon is optional: without a C
 * compiler nothing happens, and the server uses its next best write path. Compiler errors are printed and are
 * not a failure.
 */
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const require = createRequire(import.meta.url);
const [source, addon] = [path("send-all.c"), path("send-all.node")];
if (!isDone() && process.platform !== "win32") compile();

function compile() {
  const headers = dirname(require.resolve("node-api-headers"));
  const flags = ["-O2", "-shared", "-fPIC", `-I${headers}/include`];
  if (process.platform === "darwin") flags.push("-undefined", "dynamic_lookup");
  // Renamed at the end: a server that starts at the same time must not load half a file.
  const unfinished = path(`send-all.${process.pid}.node`);
  try {
    const { error, stderr, status } = spawnSync("cc", [...flags, "-o", unfinished, source], {
      encoding: "utf8",
    });
    if (status === 0) putInPlace(unfinished);
    else if (error === undefined) console.error(stderr);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/**
 * Gives the addon the time of its source. A new source may be older than the former one, so only equal times
 * count as done.
 */
function putInPlace(unfinished) {
  const { atime, mtime } = statSync(source);
  utimesSync(unfinished, atime, mtime);
  renameSync(unfinished, addon);
}

function isDone() {
  if (statSync(addon, { throwIfNoEntry: false })?.mtimeMs !== statSync(source).mtimeMs) return false;
  try {
    return require(addon) !== undefined;
  } catch {
    // Made for another platform.
    return false;
  }
}
