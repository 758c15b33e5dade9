import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Where servers are installed that only root has on its PATH. */
const systemFolders = ["/usr/sbin", "/usr/local/sbin"];

/** The full path of the first of these programs that is installed, or undefined. */
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
