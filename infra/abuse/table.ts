import { megabytes } from "../faults/probe.ts";
import type { FloodRow } from "./run-flood.ts";

const columns = [
  "flood",
  "what was sent",
  "heap after GC",
  "watcher's median: quiet → flooded",
  "result",
] as const;

/** Formats the rows as a Markdown table. */
export function toMarkdown(rows: readonly FloodRow[]): string {
  const lines = [columns, columns.map(() => "---"), ...rows.map(cellsOf)];
  return `${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

/** Formats one row as a line of text. */
export function toLine(row: FloodRow): string {
  return cellsOf(row).join("; ");
}

function cellsOf({ title, done, extraHeapBytes, quietMs, floodedMs, failures }: FloodRow): string[] {
  const counts = Object.entries(done).map(([what, count]) => `${count.toLocaleString("en")} ${what}`);
  return [
    title,
    counts.join(", "),
    `${extraHeapBytes < 0 ? "" : "+"}${megabytes(extraHeapBytes)}`,
    `${quietMs.toFixed(1)} → ${floodedMs.toFixed(1)} ms`,
    failures.length === 0
      ? "passed"
      : `**FAILED**: ${failures.map((text) => text.split("\n")[0]).join("; ")}`,
  ];
}
