import { spawnSync } from "node:child_process";
import { renameSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Compiles send-all.c beside itself, unless that is done. It is an option: without a C compiler nothing happens, and the
 * server writes by its next best way. What a compiler says against it is printed, and is no failure either.
 */
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const [source, addon] = [path("send-all.c"), path("send-all.node")];
const isDone = modifiedMs(addon) > modifiedMs(source);
if (!isDone && process.platform !== "win32") compile();

function compile() {
  const headers = createRequire(import.meta.url).resolve("node-api-headers");
  const flags = ["-O2", "-shared", "-fPIC", `-I${dirname(headers)}/include`];
  if (process.platform === "darwin") flags.push("-undefined", "dynamic_lookup");
  // Renamed at the end: a server that starts meanwhile must not load half a file.
  const unfinished = `${addon}.${process.pid}`;
  const { error, status, stderr } = spawnSync("cc", [...flags, "-o", unfinished, source], {
    encoding: "utf8",
  });
  if (status === 0) renameSync(unfinished, addon);
  else if (error === undefined) console.error(stderr);
}

function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
