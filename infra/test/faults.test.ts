import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { startProcess } from "@roomcast/testkit";

const main = fileURLToPath(new URL("../dist/faults/main.js", import.meta.url));

/** The rows of the summary table after a short run of these scenarios. */
async function runFaults(...scenarios: string[]): Promise<string[]> {
  const args = ["--enable-source-maps", main, "--quick", "--only", scenarios.join(",")];
  const harness = await startProcess(process.execPath, args);
  await harness.exited;
  const rows = harness.output
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| fault"));
  return rows.filter((line) => !line.startsWith("| ---"));
}

test("killed replicas and an emptied Redis cost no client an event; with replay switched off the checker says so", async () => {
  const rows = await runFaults("kill-replica", "restart-redis", "mutant");
  expect(rows).toHaveLength(3);
  const [killed, emptied, mutant] = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  expect(killed?.slice(4, 6)).toEqual(["0", "0"]);
  expect(killed?.[7]).toMatch(/^passed/);
  expect(emptied?.[4]).toBe("0");
  expect(Number(emptied?.[5])).toBeGreaterThan(0);
  expect(emptied?.[7]).toMatch(/^passed/);
  expect(mutant?.[7]).toMatch(/caught by/);
}, 120_000);
