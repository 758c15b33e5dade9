import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Row } from "./scenario.ts";

/**
 * Writes the history of each client with an anomaly as lines of JSON to `<folder>/<scenario>-<client>.jsonl`.
 */
export async function writeHistories({ name, anomalies, history }: Row, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const concerned = new Set(anomalies.map(({ client }) => client));
  for (const client of history?.clients ?? []) {
    if (!concerned.has(client.name)) continue;
    const lines = client.ops.map((op) => {
      const rooms = op.kind === "received" ? { rooms: history?.publications.get(op.key)?.rooms } : {};
      return `${JSON.stringify({ ...op, ...rooms })}\n`;
    });
    await writeFile(join(folder, `${name}-${client.name}.jsonl`), lines.join(""));
  }
}
