import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type RoomcastProcess, temporaryFolder, waitUntil } from "@roomcast/testkit";
import { findModule } from "./modules.ts";
import type { Run } from "./scenario.ts";

/** The resources that a process uses. */
export interface Usage {
  /** Event loop lag since the last question, or since the start. */
  lagP99Ms: number;
  rssBytes: number;
  /** After a garbage collection. */
  heapBytes: number;
}

/** Asks processes for their resource usage. */
export class Probe {
  /** Environment of the processes to ask. */
  readonly env: Record<string, string>;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.env = { NODE_OPTIONS: `--import ${findModule("process-probe")}`, PROBE_FOLDER: folder };
  }

  static async make(run: Run): Promise<Probe> {
    const folder = await temporaryFolder("roomcast-probe-");
    run.onEnd(folder.remove);
    return new Probe(folder.path);
  }

  /** Asks each process and returns the largest values. */
  async ask(processes: readonly RoomcastProcess[]): Promise<Usage> {
    const all = await Promise.all(processes.map((process) => this.#askOne(process)));
    return {
      lagP99Ms: Math.max(...all.map(({ lagP99Ms }) => lagP99Ms)),
      rssBytes: Math.max(...all.map(({ rssBytes }) => rssBytes)),
      heapBytes: Math.max(...all.map(({ heapBytes }) => heapBytes)),
    };
  }

  async #askOne(asked: RoomcastProcess): Promise<Usage> {
    const file = join(this.#folder, `${asked.process.pid}.json`);
    await rm(file, { force: true });
    asked.kill("SIGUSR2");
    let text: string | undefined;
    await waitUntil("the process reports its usage", async () => {
      text = await readFile(file, "utf8").catch(() => undefined);
      return text !== undefined;
    });
    return JSON.parse(text ?? "") as Usage;
  }
}

/** Formats bytes as megabytes. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MB`;
}
