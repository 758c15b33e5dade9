import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Sbom {
  bomFormat: string;
  components: { name: string; purl: string }[];
}

test("`npm run sbom` lists what the product is made of, without what only its tests need", async () => {
  const script = "infra/scripts/sbom.mjs";
  const options = { cwd: root, maxBuffer: 16 * 1_048_576 };
  const { stdout } = await promisify(execFile)(process.execPath, [script], options);
  const { bomFormat, components } = JSON.parse(stdout) as Sbom;
  expect(bomFormat).toBe("CycloneDX");
  const purls = components.map(({ purl }) => purl.replace(/@[^@]*$/, ""));
  expect(purls).toEqual(
    expect.arrayContaining(["pkg:npm/socket.io", "pkg:npm/express", "pkg:npm/%40redis/client"]),
  );
  expect(purls).not.toContain("pkg:npm/jest");
});
