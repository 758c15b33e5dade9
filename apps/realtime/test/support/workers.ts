import { type RoomcastProcess, startRoomcast, type TestClient } from "@roomcast/testkit";

/** A realtime process with workers. */
export interface Workers extends RoomcastProcess {
  /** The process ids of the workers, by their number; of one that was replaced the newest. */
  pids(): Map<number, number>;
}

/** Starts `count` workers behind one port and resolves when all are ready. */
export async function startWorkers(count: number, redisUrl: string, env = {}): Promise<Workers> {
  const started = await startRoomcast("realtime", {
    redisUrl,
    env: { LOG_LEVEL: "info", REALTIME_WORKERS: String(count), ...env },
  });
  return Object.assign(started, { pids: () => workerPids(started.process.output) });
}

/** What the workers say in the log when they are up. */
export function workerPids(output: string): Map<number, number> {
  const lines = output.split("\n").filter((line) => line.includes('"taking connections"'));
  return new Map(lines.map((line) => JSON.parse(line)).map(({ worker, pid }) => [worker, pid]));
}

/** The number of the worker that a stock client is connected to. */
export function workerOf({ socket }: TestClient): number {
  return Number((socket.io.engine as unknown as { id: string }).id.split(".")[0]);
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
