import { execFile } from "node:child_process";
import { access, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "@roomcast/testkit";
import { downloadFolder } from "./paths.ts";

/** The other servers that this machine has. Missing ones are left out. */
export interface PeerPrograms {
  nats?: string;
  nchan?: { nginx: string; module: string };
}

const execute = promisify(execFile);
const modulePath = "usr/lib/nginx/modules/ngx_nchan_module.so";

/** Finds the peers. On Debian it unpacks their packages into a folder, without installing them. */
export async function findPeers(log: (line: string) => void): Promise<PeerPrograms> {
  const nats = (await findProgram("nats-server")) ?? (await unpacked("nats-server", "usr/sbin/nats-server"));
  const nginx = (await findProgram("nginx")) ?? (await unpacked("nginx", "usr/sbin/nginx"));
  const module = (await existing(`/${modulePath}`)) ?? (await unpacked("libnginx-mod-nchan", modulePath));
  if (nats === undefined) log("NATS is left out: there is no nats-server, and no Debian package of it.");
  if (nginx === undefined || module === undefined) log("Nchan is left out: there is no nginx with it.");
  return {
    ...(nats === undefined ? {} : { nats }),
    ...(nginx === undefined || module === undefined ? {} : { nchan: { nginx, module } }),
  };
}

/**
 * Returns the path of a file in a Debian package, after downloading and unpacking it.
 * Undefined if that fails.
 */
async function unpacked(name: string, path: string): Promise<string | undefined> {
  const folder = join(downloadFolder, name);
  const known = await existing(join(folder, path));
  if (known !== undefined) return known;
  if ((await findProgram("apt-get")) === undefined || (await findProgram("dpkg")) === undefined)
    return undefined;
  await mkdir(folder, { recursive: true });
  try {
    await download(name, folder);
    const file = (await readdir(folder)).find((entry) => entry.endsWith(".deb"));
    if (file === undefined) return undefined;
    await execute("dpkg", ["--extract", join(folder, file), folder]);
  } catch {
    // No network, or a distribution without the package. The run continues with the other peers.
    return undefined;
  }
  return existing(join(folder, path));
}

async function download(name: string, cwd: string): Promise<void> {
  const flags = ["-q", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"];
  const get = () => execute("apt-get", [...flags, "download", name], { cwd });
  await get().catch(async (error: unknown) => {
    // The package list may be missing or old. Only root may fetch it.
    if (process.getuid?.() !== 0) throw error;
    await execute("apt-get", [...flags, "update"]);
    await get();
  });
}

async function existing(path: string): Promise<string | undefined> {
  return access(path).then(
    () => path,
    () => undefined,
  );
}
