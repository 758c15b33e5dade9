import { type FrameWriter, publicWriter } from "./frame-writer.ts";
import { createNativeWriter } from "./native-writer.ts";

/** How shared frames are written: `auto` takes the fastest way that works, the others insist on theirs. */
export const writePaths = ["auto", "native", "public"] as const;

export type WritePath = (typeof writePaths)[number];

/** The fastest writer that works here, or the one asked for; throws if that does not work. */
export async function createWriter(path: WritePath): Promise<FrameWriter> {
  if (path === "public") return publicWriter;
  const native = await createNativeWriter();
  if (native === undefined && path === "native") throw new Error("the native write path does not work here");
  return native ?? publicWriter;
}
