import type { Machine } from "./machine.ts";
import { type ServerName, serverLabels } from "./servers/bench-server.ts";
import { type Doubt, doubtTexts, type Table } from "./table.ts";
import { judge, type Target, type Verdict } from "./targets.ts";

/** A run as the report shows it. */
export interface Report {
  machine: Machine;
  /** The command that repeats the run. */
  command: string;
  date: string;
  notes: readonly string[];
  tables: readonly Table[];
}

const doubtMarks: Record<Doubt, string> = { load: "†", lost: "‡" };

/** Renders the whole result as Markdown. */
export function renderReport({ machine, command, date, notes, tables }: Report): string {
  const { model, cores, node, system } = machine;
  const parts = [
    `Measured on ${date} with \`${command}\`: ${model}, ${cores} cores, Node ${node}, ${system}.`,
    ...notes.map((note) => `> ${note}`),
    renderTargets(judge(tables)),
    ...tables.map(renderTable),
    renderDoubts(tables),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Renders one table as Markdown: the ratio to the reference, then the median with minimum and maximum. */
export function renderTable(table: Table): string {
  const header = [
    "",
    ...table.columns.map(({ label, unit }) => (unit === "/s" ? label : `${label} (${unit})`)),
  ];
  const rows = serversOf(table).map((server) => [
    serverLabels[server],
    ...table.columns.map(({ id }) => renderCell(table, server, id)),
  ]);
  const notes = [
    `× is the ratio to ${serverLabels[table.reference]}.`,
    ...(table.loadShare === 0
      ? []
      : [`The load generator used at most ${Math.round(100 * table.loadShare)}% of its core.`]),
  ];
  return [`### ${table.title}`, [table.text, ...notes].join(" "), renderRows(header, rows)].join("\n\n");
}

function serversOf(table: Table): ServerName[] {
  const names = Object.keys(serverLabels) as ServerName[];
  return names.filter((name) => table.servers.includes(name));
}

function renderCell(table: Table, server: ServerName, column: string): string {
  const spread = table.spread(server, column);
  if (spread === undefined) return "–";
  const ratio = table.ratio(server, column, table.reference);
  const marks = table.doubts(server, column).map((doubt) => doubtMarks[doubt]);
  const { median, min, max } = spread;
  const range = min === max ? "" : ` (${formatNumber(min)}–${formatNumber(max)})`;
  const factor = ratio === undefined ? "" : `${formatNumber(ratio)}× · `;
  return `${factor}${formatNumber(median)}${range}${marks.join("")}`;
}

function renderTargets(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "";
  const rows = verdicts.map(({ target, value, isMet }) => [
    target.what,
    describeSides(target),
    describeLimit(target),
    value === undefined ? "not measured" : `**${formatNumber(value)}${target.to === undefined ? "" : "×"}**`,
    value === undefined ? "" : isMet ? "yes" : "no",
  ]);
  return `### Targets\n\n${renderRows(["", "", "wanted", "measured", "met"], rows)}`;
}

function describeSides({ server, to }: Target): string {
  const name = serverLabels[server];
  return to === undefined ? name : `${name} : ${serverLabels[to]}`;
}

function describeLimit({ limit, to }: Target): string {
  const sign = to === undefined ? "" : "×";
  return "atMost" in limit
    ? `≤ ${formatNumber(limit.atMost)}${sign}`
    : `≥ ${formatNumber(limit.atLeast)}${sign}`;
}

function renderDoubts(tables: readonly Table[]): string {
  const found = new Set(
    tables.flatMap((table) =>
      table.servers.flatMap((name) => table.columns.flatMap(({ id }) => table.doubts(name, id))),
    ),
  );
  return [...found].map((doubt) => `${doubtMarks[doubt]} ${doubtTexts[doubt]}.`).join("\n");
}

function renderRows(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Formats a number with three significant digits, without superfluous decimals. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}
