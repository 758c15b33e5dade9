import { spawnSync } from "node:child_process";
import { renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Compiles send-all.c beside itself, unless that is done and loads here. It is an option: without a C compiler nothing
 * happens, and the server writes by its next best way. What a compiler says against it is printed, and is no failure.
 */
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const require = createRequire(import.meta.url);
const [source, addon] = [path("send-all.c"), path("send-all.node")];
if (!isDone() && process.platform !== "win32") compile();

function compile() {
  const headers = dirname(require.resolve("node-api-headers"));
  const flags = ["-O2", "-shared", "-fPIC", `-I${headers}/include`];
  if (process.platform === "darwin") flags.push("-undefined", "dynamic_lookup");
  // Renamed at the end: a server that starts meanwhile must not load half a file.
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

/** It has the time of its source, which may be older than the one before. */
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
