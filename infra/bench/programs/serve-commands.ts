import { type FeedOrder, type FeedResult, feed, type Publish } from "./feed.ts";

/** The benchmark's commands to a Node process under test, over its IPC channel. */
export type ServerCommand = { run: FeedOrder } | { memory: true };

/** The answers, in the order of the commands. A server sends `port` by itself once it listens. */
export interface ServerAnswer {
  port?: number;
  ran?: FeedResult;
  heapBytes?: number;
  error?: string;
}

/** Returns how this process publishes. Called when it must publish. */
export type FindPublish = () => Promise<Publish> | Publish;

/** Answers the benchmark's commands in this process. The process ends with the benchmark. */
export function serveCommands(findPublish?: FindPublish): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (command: ServerCommand) => {
    answer(command, findPublish).then(send, (error: Error) => send({ error: error.message }));
  });
}

/** Sends a message to the benchmark. */
export function send(message: ServerAnswer): void {
  process.send?.(message);
}

async function answer(command: ServerCommand, findPublish: FindPublish | undefined): Promise<ServerAnswer> {
  if ("memory" in command) return { heapBytes: liveHeapBytes() };
  if (findPublish === undefined) throw new Error("this process publishes nothing");
  return { ran: await feed(command.run, await findPublish()) };
}

/** The heap in use after garbage collection. Needs `--expose-gc`. */
function liveHeapBytes(): number {
  if (global.gc === undefined) throw new Error("started without --expose-gc");
  for (let run = 0; run < 3; run++) global.gc();
  return process.memoryUsage().heapUsed;
}
