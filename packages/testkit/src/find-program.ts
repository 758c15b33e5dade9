import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Folders with servers that only root has on its PATH. */
const systemFolders = ["/usr/sbin", "/usr/local/sbin"];

/** Returns the full path of the first installed program of these, or undefined. */
export async function findProgram(...names: string[]): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...systemFolders];
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
