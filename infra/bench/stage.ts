import type { Contestant, Setting, StartContestant } from "./contestants/contestant.ts";
import type { Lab } from "./lab.ts";
import type { LoadGenerator } from "./load/load-generator.ts";

/** A server with its clients. */
export interface Stage {
  contestant: Contestant;
  load: LoadGenerator;
}

/** Starts servers and connects clients to each; those that this machine does not have are left out. */
export async function openStages(
  lab: Lab,
  starts: readonly StartContestant[],
  setting: Setting,
  clients: number,
): Promise<Stage[]> {
  const stages: Stage[] = [];
  try {
    for (const start of starts) {
      const stage = await openStage(lab, start, setting);
      if (stage === undefined) continue;
      stages.push(stage);
      await stage.load.connect(clients);
    }
  } catch (error) {
    await closeStages(stages);
    throw error;
  }
  return stages;
}

/** Starts one server and a load without connections; undefined if this machine does not have it. */
export async function openStage(
  lab: Lab,
  start: StartContestant,
  setting: Setting,
): Promise<Stage | undefined> {
  const contestant = await start(lab, setting);
  if (contestant === undefined) return undefined;
  return { contestant, load: await lab.load(contestant.plan) };
}

/** Ends the servers and their clients. */
export async function closeStages(stages: readonly Stage[]): Promise<void> {
  for (const { contestant, load } of stages) await Promise.all([load.stop(), contestant.stop()]);
}
