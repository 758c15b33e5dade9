import { readFile, writeFile } from "node:fs/promises";
import { baselineFile } from "./paths.ts";
import { formatNumber } from "./report.ts";
import type { Table } from "./table.ts";

/** The committed state of the hot path. */
interface Baseline {
  /** CPU per delivered message, ours divided by Socket.IO's, under the conditions that `main.ts` names. */
  ratio: number;
}

/** Ratios differ between machines, and by a tenth from one run to the next: more than this is no accident. */
const tolerance = 1.25;

/** Says how the hot path's ratio compares with the committed one. */
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

/** Makes the ratio just measured the one to compare with. */
export async function setBaseline(table: Table): Promise<void> {
  const baseline: Baseline = { ratio: Number(ratioOf(table).toPrecision(3)) };
  await writeFile(baselineFile, `${JSON.stringify(baseline, null, 2)}\n`);
}

function ratioOf(table: Table): number {
  const ratio = table.ratio("roomcast", "single", "socket.io");
  if (ratio === undefined) throw new Error("the hot path was not measured");
  return ratio;
}
