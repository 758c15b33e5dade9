import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderChart } from "./chart.ts";
import { chartFolder, reportFile } from "./paths.ts";
import { type Report, renderReport } from "./report.ts";

const begin = "<!-- bench:begin -->";
const end = "<!-- bench:end -->";
const chartName = "fan-out.svg";

/**
 * Writes the results between the markers of docs/performance.md, with a chart if the fan-out was measured.
 */
export async function writeReport(report: Report): Promise<void> {
  const page = await readFile(reportFile, "utf8");
  const [before, after] = [page.indexOf(begin), page.indexOf(end)];
  if (before === -1 || after < before) throw new Error(`docs/performance.md has no ${begin} … ${end}`);
  const chart = await writeChart(report);
  const body = [chart, renderReport(report)].filter((part) => part !== "").join("\n\n");
  await writeFile(reportFile, `${page.slice(0, before + begin.length)}\n\n${body}\n\n${page.slice(after)}`);
}

async function writeChart({ tables }: Report): Promise<string> {
  const table = tables.find(({ id }) => id === "fan-out");
  const columns = table?.columns.slice(-2).map(({ id }) => id);
  if (table === undefined || columns === undefined) return "";
  await mkdir(chartFolder, { recursive: true });
  await writeFile(join(chartFolder, chartName), renderChart(table, columns));
  return `![CPU per delivered message: shorter is better](assets/${chartName})`;
}
