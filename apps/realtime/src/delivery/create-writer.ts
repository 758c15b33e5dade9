import { createDescriptorWriter } from "./descriptor-writer.ts";
import { type FrameWriter, streamWriter } from "./frame-writer.ts";
import { loadAddon, sendToEach } from "./send-all.ts";

/** How shared frames are written: `auto` picks the fastest way that works, the others allow only theirs. */
export const writePaths = ["auto", "native", "public", "stream"] as const;

export type WritePath = (typeof writePaths)[number];

/**
 * The fastest writer that works on this machine, or the requested one; throws if that does not work. `load`
 * loads the native addon.
 */
export async function createWriter(path: WritePath, load = loadAddon): Promise<FrameWriter> {
  const writer = await firstThatWorks(path, load);
  if (path !== "auto" && writer.name !== path) throw new Error(`the ${path} write path does not work here`);
  return writer;
}

async function firstThatWorks(path: WritePath, load: typeof loadAddon): Promise<FrameWriter> {
  const isAllowed = (name: FrameWriter["name"]) => path === "auto" || path === name;
  const addon = isAllowed("native") ? load() : undefined;
  const native = addon && (await createDescriptorWriter("native", addon));
  if (native !== undefined) return native;
  const each = isAllowed("public") ? await createDescriptorWriter("public", sendToEach) : undefined;
  return each ?? streamWriter;
}
