import { readFile, writeFile } from "node:fs/promises";
import { baselineFile } from "./paths.ts";
import { formatNumber } from "./report.ts";
import type { Table } from "./table.ts";

/** The committed figure of the hot path. */
interface Baseline {
  /** Our CPU time per delivered message divided by Socket.IO's, under the conditions in `main.ts`. */
  ratio: number;
}

/** Ratios differ between machines, and by a tenth between runs. A larger difference is not chance. */
const tolerance = 1.25;

/** Compares the hot path's ratio with the committed one and returns a sentence about it. */
export async function compareWithBaseline(table: Table): Promise<string> {
  const ratio = ratioOf(table);
  const { ratio: baseline } = JSON.parse(await readFile(baselineFile, "utf8")) as Baseline;
  const verdict =
    ratio > baseline * tolerance
      ? "REGRESSED"
      : ratio < baseline / tolerance
        ? "better than the baseline: commit a new one with --set-baseline"
        : "as before";
  return `hot path: ${formatNumber(ratio)}× of Socket.IO, baseline ${formatNumber(baseline)}×: ${verdict}`;
}

/** Commits the measured ratio as the new baseline. */
export async function setBaseline(table: Table): Promise<void> {
  const baseline: Baseline = { ratio: Number(ratioOf(table).toPrecision(3)) };
  await writeFile(baselineFile, `${JSON.stringify(baseline, null, 2)}\n`);
}

function ratioOf(table: Table): number {
  const ratio = table.ratio("roomcast", "single", "socket.io");
  if (ratio === undefined) throw new Error("the hot path was not measured");
  return ratio;
}
