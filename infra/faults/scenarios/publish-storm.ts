import { setTimeout as delay } from "node:timers/promises";
import { ProtocolError } from "@roomcast/events";
import { startRedis, startRoomcast } from "@roomcast/testkit";
import { Cluster } from "../cluster.ts";
import { megabytes, Probe } from "../probe.ts";
import type { Scenario } from "../scenario.ts";
import { postEvents } from "../send.ts";

const batchSize = 100;
/** Far more than the API allows to wait for the log. */
const batchesAtOnce = 300;
const mostExtraBytes = 400 * 1_048_576;
const expectedStatuses = new Set([201, 207, 429, 503, 504]);

/** Publishers send as much as they can and ignore the responses. */
export const publishStorm: Scenario = {
  name: "publish-storm",
  fault: "publish storm through the API, 30,000 events in flight at once",
  async run(run) {
    const probe = await Probe.make(run);
    const redis = await startRedis();
    run.onEnd(() => redis.stop());
    const cluster = await Cluster.start(run, { clients: 40, rate: 20, redisUrl: redis.url });
    const api = await startRoomcast("api", { redisUrl: redis.url, env: probe.env });
    run.onEnd(() => api.stop());
    const before = await probe.ask([api]);
    const storm = new Storm(api.url);
    await storm.rage(run.isQuick ? 5_000 : 15_000);
    const after = await probe.ask([api]);
    const extraBytes = after.rssBytes - before.rssBytes;
    const failures = [
      ...storm.failures,
      ...(storm.refused > 0 ? [] : ["nothing was refused"]),
      ...(extraBytes <= mostExtraBytes ? [] : [`the API took ${megabytes(extraBytes)} more`]),
      ...(api.process.hasExited ? ["the API ended"] : []),
    ];
    const notes = [`${storm.accepted} events taken, ${storm.refused} refused`, `+${megabytes(extraBytes)}`];
    return cluster.finish({}, { failures, notes });
  },
};

class Storm {
  accepted = 0;
  refused = 0;
  readonly #url: string;
  readonly #unexpected = new Set<string>();

  constructor(url: string) {
    this.#url = url;
  }

  get failures(): string[] {
    return [...this.#unexpected].map((answer) => `the API answered ${answer}`);
  }

  async rage(ms: number): Promise<void> {
    const endMs = performance.now() + ms;
    const callers = Array.from({ length: batchesAtOnce }, async () => {
      while (performance.now() < endMs) await this.#post();
    });
    await Promise.all(callers);
  }

  async #post(): Promise<void> {
    try {
      const response = await postEvents(this.#url, { events });
      await this.#count(response);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#unexpected.add(error.message);
      await delay(100);
    }
  }

  async #count(response: Response): Promise<void> {
    if (!expectedStatuses.has(response.status)) this.#unexpected.add(String(response.status));
    const body = (await response.json()) as { results?: { position?: string; code?: string }[] };
    const accepted = body.results?.filter(({ position }) => position !== undefined).length ?? 0;
    this.accepted += accepted;
    this.refused += batchSize - accepted;
  }
}

/** Events for rooms without followers, so that only the log has to bear the storm. */
const events = Array.from({ length: batchSize }, (_, n) => ({
  type: "project.updated",
  data: {
    projectId: `storm${n % 10}`,
    projectName: "Storm",
    status: "active",
    updatedBy: "u0",
    changes: { n },
  },
}));
