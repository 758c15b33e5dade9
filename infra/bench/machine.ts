import { cpus, release, type } from "node:os";
import type { Cores } from "./cores.ts";

/** The machine of a run, without anything that identifies it. */
export interface Machine {
  model: string;
  cores: number;
  node: string;
  system: string;
}

/** Describes this machine. */
export function describeMachine({ count }: Cores): Machine {
  const model = cpus()[0]?.model.replaceAll(/\s+/g, " ").trim() || "unknown processor";
  const kernel = /^\d+\.\d+/.exec(release())?.[0] ?? "";
  return { model, cores: count, node: process.versions.node, system: `${type()} ${kernel}`.trim() };
}
