import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { compareWithBaseline } from "../bench/baseline.ts";
import { renderChart } from "../bench/chart.ts";
import { renderTable } from "../bench/report.ts";
import { Table } from "../bench/table.ts";

const infra = fileURLToPath(new URL("..", import.meta.url));

/** Runs the built benchmark for what the server exists for, in small. */
async function hotPath(...args: string[]): Promise<string> {
  const main = join(infra, "dist", "bench", "main.js");
  const { stdout } = await promisify(execFile)(process.execPath, [
    main,
    "--only",
    "micro",
    "--no-peers",
    "--tiny",
    ...args,
  ]);
  console.log(stdout);
  return stdout;
}

const onLinux = process.platform === "linux" ? describe : describe.skip;

// How fast it is depends on the machine: that it measures is all there is to assert.
onLinux("the benchmark measures the hot path", () => {
  test.each(["c", "node"])(
    "with the load generator in %s",
    async (generator) => {
      const output = await hotPath("--generator", generator);
      expect(output).toMatch(/\| \*\*Roomcast\*\* \| \d[\d.]*× · \d/);
      expect(output).toMatch(/\| Socket\.IO \| 1× · \d/);
      expect(output).toContain("hot path: not compared with the baseline");
    },
    60_000,
  );
});

test.each([
  [0.000_1, "better than the baseline"],
  [1_000, "REGRESSED"],
])("the benchmark says how a ratio of %d compares with the baseline", async (ratio, verdict) => {
  const table = new Table({
    id: "micro",
    title: "Hot path",
    text: "One room.",
    reference: "socket.io",
    columns: [{ id: "single", label: "CPU per message", unit: "µs" }],
  });
  table.add("roomcast", "single", ratio);
  table.add("socket.io", "single", 1);
  const text = await compareWithBaseline(table);
  expect(text).toMatch(/^hot path: \d[\d,.]*× of Socket\.IO, baseline \d[\d.]*×: /);
  expect(text).toContain(verdict);
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
  table.add("socket.io", "1", 12, { doubts: ["load"], loadShare: 0.9 });
  table.add("nats", "2", 1);

  test("shows the ratio first, then the median with least and most, and marks what is doubtful", () => {
    const rendered = renderTable(table);
    expect(rendered).toContain("| **Roomcast** | 0.25× · 3 (2–4) |");
    expect(rendered).toContain("| Socket.IO | 1× · 12† |");
    expect(rendered).toContain("| NATS | – |");
    expect(rendered).toContain("The load generator used at most 90% of its core.");
  });

  test("draws a bar for everyone who was measured", () => {
    const chart = renderChart(table, ["1"]);
    expect(chart.match(/<rect class="ours"/g)).toHaveLength(1);
    expect(chart.match(/<rect class="peer"/g)).toHaveLength(1);
    expect(chart).not.toContain("NATS");
  });
});
