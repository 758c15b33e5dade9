import "./check-node.mjs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main, runVisibly, toolsFolder } from "./commands.mjs";
import { installPnpm } from "./setup.mjs";

/**
 * Prints what the product is made of as a CycloneDX document, from the lockfile alone: no registry is asked. Further
 * arguments are pnpm's: `npm run --silent sbom -- --filter @roomcast/realtime`.
 */
async function sbom(args) {
  await installPnpm();
  const pnpm = join(toolsFolder, "node_modules", ".bin", "pnpm");
  return runVisibly(pnpm, [...args, "sbom", "--sbom-format", "cyclonedx", "--prod", "--lockfile-only"]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(() => sbom(process.argv.slice(2)));
