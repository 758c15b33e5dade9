import { AnsweringProcess } from "../answering-process.ts";
import type { Environment } from "../environment.ts";
import { programScript } from "../paths.ts";
import type { FeedOrder, FeedResult } from "../programs/feed.ts";
import type { ServerAnswer } from "../programs/serve-commands.ts";

/** A Node process that answers the benchmark's commands. */
export class NodeProcess {
  readonly #process: AnsweringProcess<ServerAnswer>;
  /** The port on which it listens; 0 if it only publishes. */
  readonly port: number;

  constructor(process: AnsweringProcess<ServerAnswer>, port: number) {
    this.#process = process;
    this.port = port;
  }

  get pid(): number {
    return this.#process.pid;
  }

  async feed(order: FeedOrder): Promise<FeedResult> {
    const { ran, error } = await this.#process.ask({ run: order });
    if (ran === undefined) throw new Error(`could not publish: ${error}`);
    return ran;
  }

  async heapBytes(): Promise<number> {
    const { heapBytes, error } = await this.#process.ask({ memory: true });
    if (heapBytes === undefined) throw new Error(`no heap size: ${error}`);
    return heapBytes;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}

/** Starts the benchmark's own Socket.IO server on the server's core. */
export function startServer(environment: Environment, args: readonly string[]): Promise<NodeProcess> {
  return startScript(environment.cores.server, "socket-io", args);
}

/** Starts a process that publishes from outside the server. */
export function startPublisher(environment: Environment, kind: string, target: string): Promise<NodeProcess> {
  return startScript(environment.cores.feed, "publisher", [kind, target]);
}

/** The command line of Node for a process under test. */
export const nodeCommand = [process.execPath, "--expose-gc"];

async function startScript(
  core: number | undefined,
  name: string,
  args: readonly string[],
): Promise<NodeProcess> {
  const command = [...nodeCommand, programScript(name), ...args];
  const started = await AnsweringProcess.node<ServerAnswer>({ core, command });
  const { port } = await started.next();
  if (port === undefined) throw new Error(`${name} did not report its port`);
  return new NodeProcess(started, port);
}
