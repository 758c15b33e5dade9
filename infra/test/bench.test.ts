import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { renderChart } from "../bench/chart.ts";
import { renderTable } from "../bench/report.ts";
import { Table } from "../bench/table.ts";

const infra = fileURLToPath(new URL("..", import.meta.url));

/** Runs the built benchmark, as small as it goes. */
async function bench(...args: string[]): Promise<string> {
  const main = join(infra, "dist", "bench", "main.js");
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--tiny", "--no-peers", ...args]);
  return stdout;
}

const isLinux = process.platform === "linux";

describe("the benchmark", () => {
  // How fast it is depends on the machine: that it measures is all there is to assert.
  (isLinux ? test.each(["c", "node"]) : test.skip.each(["c"]))(
    "measures the hot path with the %s load generator",
    async (generator) => {
      const output = await bench("--only", "micro", "--generator", generator);
      console.log(output);
      expect(output).toMatch(/\| \*\*Roomcast\*\* \| \d[\d.]*× · \d/);
      expect(output).toMatch(/\| Socket\.IO \| 1× · \d/);
      expect(output).toMatch(/hot path: \d[\d.]*× of Socket\.IO, baseline \d/);
    },
    60_000,
  );
});

describe("its report", () => {
  const table = new Table({
    id: "fan-out",
    title: "Fan-out",
    text: "Everyone.",
    reference: "socket.io",
    columns: [{ id: "1", label: "single", unit: "µs" }],
  });
  for (const sample of [4, 2, 3]) table.add("roomcast", "1", sample);
  table.add("socket.io", "1", 12, ["load"]);
  table.add("nats", "2", 1);

  test("shows the ratio first, then the median with least and most, and marks what is doubtful", () => {
    const rendered = renderTable(table);
    expect(rendered).toContain("| **Roomcast** | 0.25× · 3 (2–4) |");
    expect(rendered).toContain("| Socket.IO | 1× · 12† |");
    expect(rendered).toContain("| NATS | – |");
  });

  test("draws a bar for everyone who was measured", () => {
    const chart = renderChart(table, ["1"]);
    expect(chart.match(/<rect class="ours"/g)).toHaveLength(1);
    expect(chart.match(/<rect class="peer"/g)).toHaveLength(1);
    expect(chart).not.toContain("NATS");
  });
});
