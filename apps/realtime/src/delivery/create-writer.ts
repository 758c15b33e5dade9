import { type FrameWriter, publicWriter } from "./frame-writer.ts";
import { createHandleWriter } from "./handle-writer.ts";

/** `handle` insists, `public` never tries, `auto` takes what works. */
export type WritePath = "auto" | "handle" | "public";

/** The fastest writer that works on this Node version, or the one asked for. */
export async function createWriter(path: WritePath): Promise<FrameWriter> {
  if (path === "public") return publicWriter;
  const writer = await createHandleWriter();
  if (writer === undefined && path === "handle")
    throw new Error("the handle write path does not work on this Node");
  return writer ?? publicWriter;
}
