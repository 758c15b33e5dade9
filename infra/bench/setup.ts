import type { Environment } from "./environment.ts";
import type { LoadGenerator } from "./load/load-generator.ts";
import type { BenchServer, Setting, StartServer } from "./servers/bench-server.ts";

/** A server with its clients. */
export interface Setup {
  server: BenchServer;
  load: LoadGenerator;
}

/** Starts servers and connects clients to each. Leaves out servers that this machine does not have. */
export async function openSetups(
  environment: Environment,
  starts: readonly StartServer[],
  setting: Setting,
  clients: number,
): Promise<Setup[]> {
  const setups: Setup[] = [];
  try {
    for (const start of starts) {
      const setup = await openSetup(environment, start, setting);
      if (setup === undefined) continue;
      setups.push(setup);
      await setup.load.connect(clients);
    }
  } catch (error) {
    await closeSetups(setups);
    throw error;
  }
  return setups;
}

/**
 * Starts one server and its load generator, without connections.
 * Returns undefined if the machine lacks the server.
 */
export async function openSetup(
  environment: Environment,
  start: StartServer,
  setting: Setting,
): Promise<Setup | undefined> {
  const server = await start(environment, setting);
  if (server === undefined) return undefined;
  return { server, load: await environment.load(server.plan) };
}

/** Ends the servers and their clients. */
export async function closeSetups(setups: readonly Setup[]): Promise<void> {
  for (const { server, load } of setups) await Promise.all([load.stop(), server.stop()]);
}
