import { type FeedOrder, type FeedResult, feed, type Publish } from "./feed.ts";

/** What the benchmark asks of a Node process under test, over its IPC channel. */
export type ServerCommand = { run: FeedOrder } | { memory: true };

/** The answers, in the order of the commands; `port` comes unasked once a server listens. */
export interface ServerAnswer {
  port?: number;
  ran?: FeedResult;
  heapBytes?: number;
  error?: string;
}

/** Finds out how this process publishes, when it is first asked to. */
export type FindPublish = () => Promise<Publish> | Publish;

/** Answers the benchmark's commands in this process, which ends with the benchmark. */
export function serveCommands(findPublish?: FindPublish): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (command: ServerCommand) => {
    answer(command, findPublish).then(tell, (error: Error) => tell({ error: error.message }));
  });
}

/** Tells the benchmark something. */
export function tell(message: ServerAnswer): void {
  process.send?.(message);
}

async function answer(command: ServerCommand, findPublish: FindPublish | undefined): Promise<ServerAnswer> {
  if ("memory" in command) return { heapBytes: liveHeapBytes() };
  if (findPublish === undefined) throw new Error("this process publishes nothing");
  return { ran: await feed(command.run, await findPublish()) };
}

/** The heap that is in use after everything dead has gone; needs `--expose-gc`. */
function liveHeapBytes(): number {
  if (global.gc === undefined) throw new Error("started without --expose-gc");
  for (let run = 0; run < 3; run++) global.gc();
  return process.memoryUsage().heapUsed;
}
