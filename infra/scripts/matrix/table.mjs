import { readFile, writeFile } from "node:fs/promises";
import { Failure } from "../commands.mjs";
import { cells, enginePackages } from "./cells.mjs";

const head = ["run", "`WS_ENGINE`", "Node", ...enginePackages, "date", "result"];

/** Lines around the table in a document. */
const [begin, end] = ["<!-- npm run test:matrix -->", "<!-- end of npm run test:matrix -->"];

/** Results as a table in Markdown. */
export function toTable(results) {
  return align([head, head.map(() => "-"), ...results.map(toRow)]);
}

/** Puts results into a document, between the two lines that mark the place; rows of other runs stay. */
export async function writeTable(file, results) {
  const text = await readFile(file, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Failure(`${file} has no place for the table: ${begin} … ${end}`);
  const rows = new Map(rowsOf(text.slice(from, to)).map((row) => [row[0], row]));
  for (const result of results) rows.set(`\`${result.name}\``, toRow(result));
  const inOrder = cells.flatMap(({ name }) => {
    const row = rows.get(`\`${name}\``);
    return row === undefined ? [] : [row];
  });
  const table = align([head, head.map(() => "-"), ...inOrder]);
  await writeFile(file, `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`);
}

function toRow({ name, engine, nodeVersion, versions, date, result }) {
  const cellsOfRow = [nodeVersion, ...enginePackages.map((one) => versions[one]), date, result];
  return [
    `\`${name}\``,
    `\`${engine}\``,
    ...cellsOfRow.map((text = "") => text.replace(/\s*[|\n]\s*/g, " ") || "–"),
  ];
}

/** The rows of a table, without its head. */
function rowsOf(text) {
  const lines = text.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (cell, column) => cell.padEnd(widths[column], cell === "-" ? "-" : " ");
  return rows.map((row) => `| ${row.map(pad).join(" | ")} |`).join("\n");
}
