import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { renderChart } from "../bench/chart.ts";
import { renderTable } from "../bench/report.ts";
import { Table } from "../bench/table.ts";

const infra = fileURLToPath(new URL("..", import.meta.url));

/** Runs the built benchmark for what the server exists for. */
async function hotPath(...args: string[]): Promise<string> {
  const main = join(infra, "dist", "bench", "main.js");
  const { stdout } = await promisify(execFile)(process.execPath, [
    main,
    "--only",
    "micro",
    "--no-peers",
    ...args,
  ]);
  console.log(stdout);
  return stdout;
}

const onLinux = process.platform === "linux" ? describe : describe.skip;

// How fast it is depends on the machine: that it measures is all there is to assert.
onLinux("the benchmark measures the hot path", () => {
  test("and says how it compares with the baseline", async () => {
    const output = await hotPath();
    expect(output).toMatch(/\| \*\*Roomcast\*\* \| \d[\d.]*× · \d/);
    expect(output).toMatch(/\| Socket\.IO \| 1× · \d/);
    expect(output).toMatch(/hot path: (\d[\d.]*× of Socket\.IO, baseline \d|not compared)/);
  }, 120_000);

  test("with the load generator in Node", async () => {
    const output = await hotPath("--tiny", "--generator", "node");
    expect(output).toMatch(/\| \*\*Roomcast\*\* \| \d[\d.]*× · \d/);
    expect(output).toContain("hot path: not compared with the baseline");
  }, 60_000);
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
