import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardWith, shellQuote } from "./orphan-guard.ts";

/** A private folder of a test. */
export interface TemporaryFolder {
  path: string;
  remove: () => Promise<void>;
}

/** Creates a folder that is removed even if this process is killed. */
export async function temporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  const unguard = guardWith(`rm -rf ${shellQuote(path)}`);
  const remove = async () => {
    await rm(path, { recursive: true, force: true });
    unguard();
  };
  return { path, remove };
}
