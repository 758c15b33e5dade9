import { access, constants, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { Failure, runQuietly } from "./commands.mjs";

/** The system programs that the tests use, one of each list, and their packages in Debian and Homebrew. */
export const systemPrograms = {
  redis: { programs: ["redis-server", "valkey-server"], debian: "redis-server", brew: "redis" },
  nginx: { programs: ["nginx"], debian: "nginx-light", brew: "nginx" },
  haproxy: { programs: ["haproxy"], debian: "haproxy", brew: "haproxy" },
  compiler: { programs: ["cc"], debian: "build-essential", brew: "gcc" },
  chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    debian: "chromium",
    brew: "chromium",
  },
};

/** Returns the path of an installed program, or undefined. */
export async function find(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  for (const program of systemPrograms[name].programs) {
    for (const folder of folders) {
      const path = join(folder, program);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

/**
 * Makes sure that the programs exist.
 * As root on Debian it installs missing ones; otherwise the error names them.
 */
export async function ensure(...names) {
  const missing = await missingOf(names);
  if (missing.length === 0) return;
  if (!(await canInstall())) throw new Failure(instruction(missing));
  await install(missing.map((name) => systemPrograms[name].debian));
  const stillMissing = await missingOf(names);
  if (stillMissing.length > 0) throw new Failure(instruction(stillMissing));
}

/** Whether packages can be installed without asking: as root on Debian or a derivative. */
export async function canInstall() {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return process.getuid?.() === 0 && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release);
}

/** Returns the text that tells the user what to install. */
export function instruction(names) {
  const lines = names.map((name) => `  ${name}: ${systemPrograms[name].programs.join(" or ")}`);
  const packages = (system) => names.map((name) => systemPrograms[name][system]).join(" ");
  return [
    "The tests need programs that are not installed:",
    ...lines,
    `On Debian or Ubuntu: sudo apt-get install ${packages("debian")}`,
    `Elsewhere, e.g. on macOS: brew install ${packages("brew")}`,
  ].join("\n");
}

async function missingOf(names) {
  const paths = await Promise.all(names.map(find));
  return names.filter((_, index) => paths[index] === undefined);
}

/** Installs Debian packages without starting the services in them. */
async function install(packages) {
  console.log(`Installing ${packages.join(", ")} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await withoutServices(async () => {
    await runQuietly("apt-get update", "apt-get", ["update", "-q"], { env });
    const flags = ["install", "-q", "-y", "--no-install-recommends"];
    await runQuietly("apt-get install", "apt-get", [...flags, ...packages], { env });
  });
}

/** Debian runs this file to ask whether a service may start; 101 means no (policy-rc.d specification). */
const servicePolicy = "/usr/sbin/policy-rc.d";

async function withoutServices(work) {
  const previous = await readFile(servicePolicy).catch(() => undefined);
  await writeFile(servicePolicy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await work();
  } finally {
    if (previous === undefined) await rm(servicePolicy, { force: true });
    else await writeFile(servicePolicy, previous);
  }
}

async function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
