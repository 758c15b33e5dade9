import { type RoomcastProcess, startRoomcast } from "@roomcast/testkit";

/** A standalone server with made-up keys, as `npm start` runs it, and what it printed of them. */
export interface DemoServer {
  readonly server: RoomcastProcess;
  readonly port: number;
  /** The keys of the present process; others after a restart. */
  keys(): { TOKEN: string; API_KEY: string };
}

/** Starts `apps/standalone` on a free port without any key set. */
export async function startDemo(env: Record<string, string> = {}): Promise<DemoServer> {
  const server = await startRoomcast("standalone", { env: { JWT_SECRET: "", API_KEYS: "", ...env } });
  const printed = (name: string) => {
    const value = new RegExp(`export ${name}=(\\S+)`).exec(server.process.output)?.[1];
    if (value === undefined) throw new Error(`no ${name} was printed:\n${server.process.output}`);
    return value;
  };
  return {
    server,
    port: server.port,
    keys: () => ({ TOKEN: printed("TOKEN"), API_KEY: printed("API_KEY") }),
  };
}
