import { TcpProxy } from "@roomcast/testkit";
import type { Run } from "./scenario.ts";

/** TCP proxies between replicas and Redis, one for each replica. */
export class RedisLinks {
  readonly all: TcpProxy[] = [];
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Starts a link for each of three replicas and returns their URLs, for a cluster's `replicaRedisUrls`. */
  readonly start = async (redisUrl: string): Promise<string[]> => {
    for (let n = 0; n < 3; n++) {
      const link = await TcpProxy.start(Number(new URL(redisUrl).port));
      this.#run.onEnd(() => link.stop());
      this.all.push(link);
    }
    return this.all.map(({ port }) => `redis://127.0.0.1:${port}`);
  };

  /** The link of the first replica. */
  get first(): TcpProxy {
    const [link] = this.all;
    if (link === undefined) throw new Error("the links have not been started");
    return link;
  }
}
