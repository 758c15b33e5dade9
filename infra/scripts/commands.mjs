import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The folder of the pinned package manager, so that no global one is needed. */
export const toolsFolder = join(root, ".roomcast", "tools");

/** The folder in which each workspace saves its test failures for the summary. */
export const failuresFolder = join(root, ".roomcast", "failures");

/** Returns the path of a program that `pnpm install` installs. */
export function localProgram(name) {
  return join(root, "node_modules", ".bin", name);
}

/** The environment of the programs that the scripts start: with the pinned pnpm and without telemetry. */
export function toolEnv() {
  const path = [join(toolsFolder, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
}

/**
 * Runs a program in this terminal.
 * Resolves with its exit code, or 128 plus the number of the signal that ended it.
 */
export async function runVisibly(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, env: toolEnv(), stdio: "inherit", ...options });
  const pass = (signal) => {
    // The terminal has already sent Ctrl-C to the child.
    if (signal === "SIGTERM" || !process.stdin.isTTY) child.kill(signal);
  };
  process.on("SIGINT", pass).on("SIGTERM", pass);
  try {
    return await finished(child);
  } finally {
    process.off("SIGINT", pass).off("SIGTERM", pass);
  }
}

/** Runs a program. If it fails, prints its output and throws. */
export async function runQuietly(what, command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: toolEnv(),
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  const code = await finished(child);
  if (code === 0) return;
  process.stderr.write(Buffer.concat(output));
  throw new Failure(`${what} failed (exit code ${code}): see above`);
}

/** Resolves with the exit code of a started program. */
export function finished(child) {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Failure(`cannot run ${child.spawnfile}: ${error.message}`)));
    child.once("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** A problem that the user must solve. It is shown without a stack. */
export class Failure extends Error {}

/** Runs a script's main function. Prints errors and then exits with 1. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
