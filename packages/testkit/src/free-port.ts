import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ephemeral ports, which begin at 32,768 on Linux and higher on other systems. */
const [lowest, highest] = [20_000, 32_000];

/**
 * Returns a TCP port that is free now. Only a program that asks for it by number could take it before it is
 * used. It is for programs that cannot choose a free port themselves, and for programs that return to the
 * same port.
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
