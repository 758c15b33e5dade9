import { type FrameWriter, publicWriter } from "./frame-writer.ts";
import { createHandleWriter } from "./handle-writer.ts";
import { createNativeWriter } from "./native-writer.ts";

/** How shared frames are written: `auto` takes the fastest way that works, the others insist on theirs. */
export const writePaths = ["auto", "native", "handle", "public"] as const;

export type WritePath = (typeof writePaths)[number];

/** The fastest writer that works here, or the one asked for; throws if that does not work. */
export async function createWriter(path: WritePath): Promise<FrameWriter> {
  const writer = await firstThatWorks(path);
  if (path !== "auto" && writer.name !== path) throw new Error(`the ${path} write path does not work here`);
  return writer;
}

async function firstThatWorks(path: WritePath): Promise<FrameWriter> {
  const isWanted = (name: FrameWriter["name"]) => path === "auto" || path === name;
  const native = isWanted("native") ? await createNativeWriter() : undefined;
  if (native !== undefined) return native;
  return (isWanted("handle") ? await createHandleWriter() : undefined) ?? publicWriter;
}
