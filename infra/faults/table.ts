import { summarise } from "@roomcast/testkit";
import { isPassed, type Row } from "./scenario.ts";

const columns = [
  "fault",
  "clients",
  "events",
  "anomalies",
  "resets",
  "recovery p50 / p99",
  "result",
] as const;

/** Formats the summary as a Markdown table. */
export function toMarkdown(rows: readonly Row[]): string {
  const lines = [columns, columns.map(() => "---"), ...rows.map(cellsOf)];
  return `${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

/** Formats one row as a line of text. */
export function toLine(row: Row): string {
  const [fault, clients, events, anomalies, resets, recovery, result] = cellsOf(row);
  const counts = `${clients} clients, ${events} events, anomalies ${anomalies}, resets ${resets}`;
  return `${fault}: ${counts}, recovery ${recovery}: ${result} (${row.seconds.toFixed(0)} s)`;
}

function cellsOf(row: Row): string[] {
  const { fault, clients, events, anomalies, resets, recovery, failures, notes } = row;
  const result = isPassed(row)
    ? "passed"
    : `**FAILED**${failures.map((failure) => `; ${firstLine(failure)}`).join("")}`;
  return [
    fault,
    String(clients),
    String(events),
    summarise(anomalies),
    String(resets),
    recovery.length === 0
      ? "–"
      : `${seconds(quantile(recovery, 0.5))} / ${seconds(quantile(recovery, 0.99))}`,
    [result, ...notes].join("; "),
  ];
}

/** The quantile of the values; 0 without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
