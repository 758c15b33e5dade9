import "./check-node.mjs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main, runVisibly, toolsFolder } from "./commands.mjs";
import { installPnpm } from "./setup.mjs";

/**
 * Prints the product's dependencies as a CycloneDX document. It reads only the lockfile and asks no registry.
 * Other arguments go to pnpm: `npm run --silent sbom -- --filter @roomcast/realtime`.
 */
async function sbom(args) {
  await installPnpm();
  const pnpm = join(toolsFolder, "node_modules", ".bin", "pnpm");
  return runVisibly(pnpm, [...args, "sbom", "--sbom-format", "cyclonedx", "--prod", "--lockfile-only"]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(() => sbom(process.argv.slice(2)));
