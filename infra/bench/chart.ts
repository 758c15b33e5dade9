import { formatNumber } from "./report.ts";
import { type ServerName, serverLabels } from "./servers/bench-server.ts";
import type { Table } from "./table.ts";

const rowHeight = 26;
const labelWidth = 250;
const barWidth = 380;
const width = labelWidth + barWidth + 150;

/** Readable on light and on dark pages. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .value { font-size: 12px }
  .peer { fill: #8c959f } .ours { fill: #1f883d } .floor { fill: #54aeff }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }`;

/** Renders horizontal bars of the columns' medians. Shorter is better. */
export function renderChart(table: Table, columns: readonly string[]): string {
  const groups = columns.map((id) => renderGroup(table, id));
  let y = 0;
  const placed = groups.map(({ body, height }) => {
    const group = `<g transform="translate(0 ${y})">${body}</g>`;
    y += height;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img">
<title>${escapeXml(table.title)}</title><style>${style}</style>
${placed.join("\n")}
</svg>
`;
}

function renderGroup(table: Table, column: string): { body: string; height: number } {
  const { label, unit } = table.columns.find(({ id }) => id === column) ?? { label: column, unit: "" };
  const bars = table.servers
    .flatMap((name) => {
      const median = table.spread(name, column)?.median;
      return median === undefined ? [] : [{ name, median }];
    })
    .toSorted((a, b) => a.median - b.median);
  const most = Math.max(...bars.map(({ median }) => median), Number.MIN_VALUE);
  const rows = bars.map(({ name, median }, index) =>
    renderBar(name, (median / most) * barWidth, `${formatNumber(median)} ${unit}`, 36 + index * rowHeight),
  );
  const title = `<text class="title" x="8" y="22">${escapeXml(label)}</text>`;
  return { body: [title, ...rows].join(""), height: 36 + bars.length * rowHeight + 12 };
}

function renderBar(name: ServerName, length: number, value: string, y: number): string {
  const kind = name.startsWith("roomcast") ? "ours" : name.startsWith("floor") ? "floor" : "peer";
  const text = serverLabels[name].replaceAll(/[*`]/g, "");
  return [
    `<text x="${labelWidth - 8}" y="${y + 15}" text-anchor="end">${escapeXml(text)}</text>`,
    `<rect class="${kind}" x="${labelWidth}" y="${y + 2}" width="${length.toFixed(1)}" height="${rowHeight - 8}" rx="3"/>`,
    `<text class="value" x="${(labelWidth + length + 6).toFixed(1)}" y="${y + 15}">${escapeXml(value)}</text>`,
  ].join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
