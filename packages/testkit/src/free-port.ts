import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give of themselves, to whoever connects or takes any: Linux from 32,768, others later. */
const [lowest, highest] = [20_000, 32_000];

/**
 * A TCP port of this machine that is free now, and that only who asks for it by number could take before it is used; for
 * programs that cannot be told to take any, and for those that come back to the same port.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(lowest, highest);
  return (await isFree(port)) ? port : freePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  }
  server.close();
  await once(server, "close");
  return true;
}
