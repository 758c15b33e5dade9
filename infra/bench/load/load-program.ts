import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram } from "@roomcast/testkit";
import { nativeFolder } from "../paths.ts";

/** The programs in C. Without a compiler, there is a slower load generator and no floor. */
export interface NativePrograms {
  /** The command line of the load generator. */
  load: readonly string[];
  /** The send() loop. */
  floor?: string;
}

const execute = promisify(execFile);

/** The load generator in Node. It needs several times as much CPU. */
export const nodeLoad = [process.execPath, fileURLToPath(new URL("./node-load.js", import.meta.url))];

/** Compiles the C programs into a folder. Returns undefined without a compiler. */
export async function compileNative(folder: string): Promise<NativePrograms | undefined> {
  const compiler = await findProgram("cc", "gcc", "clang");
  if (compiler === undefined) return undefined;
  const sources = (await readdir(nativeFolder)).filter((name) => name.endsWith(".c"));
  const compile = async (program: string, files: readonly string[]) => {
    const output = join(folder, program);
    const paths = files.map((name) => join(nativeFolder, name));
    await execute(compiler, ["-O2", "-o", output, ...paths]);
    return output;
  };
  const load = await compile(
    "load",
    sources.filter((name) => name !== "floor.c"),
  );
  return { load: [load], floor: await compile("floor", ["floor.c", "websocket.c"]) };
}
