import { setTimeout as delay } from "node:timers/promises";
import { RedisEventLog, readLogOptions } from "@roomcast/event-log";
import type { RoomName } from "@roomcast/events";
import { parseRedisUrl, readEnv } from "@roomcast/service";
import {
  type Allowances,
  checkDelivery,
  type DeliveryHistory,
  recoveryTimes,
  Swarm,
  type SwarmOptions,
  startRedis,
  startRoomcast,
} from "@roomcast/testkit";
import msgpackParser from "socket.io-msgpack-parser";
import { readFinalLog } from "./final-log.ts";
import { findModule } from "./modules.ts";
import { Publishers } from "./publishers.ts";
import { Replicas } from "./replicas.ts";
import { Revocations } from "./revocations.ts";
import { filterFor, makeRooms, tags } from "./rooms.ts";
import type { Outcome, Run } from "./scenario.ts";
import { sendToApi, sendToLog } from "./send.ts";

export interface ClusterOptions {
  /** Default: a new Redis without persistence. */
  redisUrl?: string;
  /** Returns the Redis URL of each replica. Default: `redisUrl` for three replicas. */
  replicaRedisUrls?: (redisUrl: string) => Promise<readonly string[]>;
  /** Default 200, or 60 when quick. */
  clients?: number;
  /** Default 20. */
  rooms?: number;
  /** Publish each event to one of this many rooms. Default: all rooms, sometimes two at once or `global`. */
  busyRooms?: number;
  /** Default 3. */
  roomsPerClient?: number;
  /** Events per second. Default 200. */
  rate?: number;
  /** Publish through an API process instead of directly to the log. */
  throughApi?: boolean;
  /** Name of a module of `mutants/` to load into the replicas. */
  mutant?: string;
  /** Environment of the replicas and the API. */
  env?: Record<string, string>;
  shares?: SwarmOptions["shares"];
  claims?: SwarmOptions["claims"];
  /** Milliseconds between revocations, alternately of a user and a room. Default 2,500; `false`: none. */
  revokeEveryMs?: number | false;
  /** Where clients connect. Default: websocket clients to the balancer, polling clients to the replicas. */
  urls?: (replicas: Replicas) => Promise<Pick<SwarmOptions, "url" | "pollingUrl">>;
}

/** Large enough to read the complete log at the end. */
const wholeHistories = {
  HISTORY_GLOBAL_EVENTS: "50000",
  HISTORY_PROJECT_EVENTS: "50000",
  HISTORY_AGENT_EVENTS: "50000",
  HISTORY_CHANNEL_EVENTS: "50000",
};

/** Longer than the ping timeout, by which a client notices that its connection broke during an upgrade. */
const finishMs = 50_000;
const revokeEveryMs = 2_500;

/** Running replicas, clients and publishers, ready for a fault. */
export class Cluster {
  readonly rooms: readonly RoomName[];
  readonly replicas: Replicas;
  readonly swarm: Swarm;
  readonly publishers: Publishers;
  readonly log: RedisEventLog;
  /** Undefined if revocations are switched off. */
  readonly revocations: Revocations | undefined;
  readonly #run: Run;
  #markers = 0;

  private constructor(run: Run, parts: Parts) {
    this.#run = run;
    this.rooms = parts.rooms;
    this.replicas = parts.replicas;
    this.swarm = parts.swarm;
    this.publishers = parts.publishers;
    this.log = parts.log;
    this.revocations = parts.revocations;
  }

  /** Starts everything. Resolves when every client follows its rooms and events flow. */
  static async start(run: Run, options: ClusterOptions = {}): Promise<Cluster> {
    const redisUrl = options.redisUrl ?? (await ownRedis(run));
    const env = { ...wholeHistories, ...run.env, ...options.env };
    const redisUrls = await (options.replicaRedisUrls?.(redisUrl) ?? [redisUrl, redisUrl, redisUrl]);
    const { throughApi = false, revokeEveryMs: pauseMs = revokeEveryMs } = options;
    const [replicas, apiUrl] = await Promise.all([
      startReplicas(run, redisUrls, { ...env, ...mutation(options) }),
      throughApi || pauseMs !== false ? startApi(run, redisUrl, env) : "",
    ]);
    // All processes that append must have the same bounds.
    const bounds = readEnv(env, readLogOptions);
    const log = new RedisEventLog({ ...bounds, target: parseRedisUrl(redisUrl), onError: () => undefined });
    run.onEnd(() => log.close());
    await log.connect();
    const send = throughApi ? sendToApi(apiUrl) : sendToLog(log);
    const rooms = makeRooms(options.rooms ?? 20);
    const { busyRooms, rate = 200 } = options;
    const busy = busyRooms === undefined ? {} : { rooms: rooms.slice(0, busyRooms), isPlain: true };
    const publishers = new Publishers({ send, rooms, rate, random: run.random.fork(), ...busy });
    run.onEnd(() => publishers.end());
    const swarm = await gather(run, { ...options, env }, { replicas, publishers, rooms });
    publishers.start();
    await swarm.start();
    run.say(`${swarm.clients.length} clients follow their rooms`);
    const revocations = pauseMs === false ? undefined : new Revocations(apiUrl, swarm, run.random.fork());
    if (pauseMs !== false) revocations?.start(pauseMs);
    run.onEnd(() => revocations?.end());
    return new Cluster(run, { rooms, replicas, swarm, publishers, log, revocations });
  }

  /** Lets events flow for a while. */
  async flow(ms: number): Promise<void> {
    await delay(ms);
  }

  /** Stops publishing, waits until every client has all events, and checks the history. */
  async finish(allowances: Allowances = {}, more: Partial<Outcome> = {}): Promise<Outcome> {
    const { publishers, swarm, revocations } = this;
    await revocations?.stop();
    await publishers.stop();
    const isFinished = await this.#catchUp();
    const history = { ...this.observed, log: await readFinalLog(this.log, [...this.rooms, "global"]) };
    const { anomalies, resets, freshSessions } = checkDelivery(history, allowances);
    const returned = (await revocations?.returned(this.replicas.url, allowances)) ?? [];
    const failures = [
      ...(isFinished ? [] : [`${this.#behind().length} clients never caught up`]),
      ...(returned.length === 0 ? [] : [`revoked, and let in again: ${returned.join(", ")}`]),
    ];
    const notes = [
      ...(freshSessions === 0 ? [] : [`${freshSessions} fresh sessions`]),
      ...(revocations === undefined ? [] : [`${revocations.answered} revocations`]),
    ];
    return {
      clients: swarm.clients.length,
      events: publishers.publications.size,
      anomalies,
      resets,
      freshSessions,
      recovery: more.recovery ?? recoveryTimes(history),
      failures: [...failures, ...publishers.refusals, ...this.replicas.failures, ...(more.failures ?? [])],
      notes: [...notes, ...(more.notes ?? [])],
      history,
    };
  }

  /** What was published, received and revoked so far. */
  get observed(): Pick<DeliveryHistory, "publications" | "clients" | "revocations"> {
    const { publications } = this.publishers;
    return { publications, clients: this.swarm.histories, revocations: this.revocations?.all ?? [] };
  }

  /** Publishes markers to all clients until the newest event of every client is a marker. */
  async #catchUp(): Promise<boolean> {
    const deadlineMs = performance.now() + finishMs;
    const settled = await Promise.race([
      this.swarm.settle().then(() => true),
      delay(finishMs, false, { ref: false }),
    ]);
    while (settled && performance.now() < deadlineMs) {
      await this.publishers.publish(`end-${this.#markers++}`, ["global"]);
      for (let n = 0; n < 20; n++) {
        if (this.#behind().length === 0) return this.#haveNewest(deadlineMs);
        await delay(50);
      }
    }
    const behind = this.#behind().map(({ name, lastError }) => `${name} (${lastError})`);
    this.#run.say(`behind at the end: ${behind.join(", ")}`);
    return false;
  }

  /** All clients have a marker. The newest marker may still be on its way over slow links. */
  async #haveNewest(deadlineMs: number): Promise<boolean> {
    const newest = `end-${this.#markers - 1}`;
    const isThere = () =>
      this.swarm.clients.every(({ hasGivenUp, lastKey }) => hasGivenUp || lastKey === newest);
    while (!isThere() && performance.now() < deadlineMs) await delay(50);
    return isThere();
  }

  #behind() {
    return this.swarm.clients.filter(
      (client) => !client.hasGivenUp && (!client.isSettled || client.lastKey?.startsWith("end-") !== true),
    );
  }
}

type Parts = Pick<Cluster, "rooms" | "replicas" | "swarm" | "publishers" | "log" | "revocations">;

async function startReplicas(
  run: Run,
  redisUrls: readonly string[],
  env: Record<string, string>,
): Promise<Replicas> {
  const replicas = await Replicas.start({ redisUrls, env });
  run.onEnd(() => replicas.stop());
  return replicas;
}

function mutation({ mutant }: ClusterOptions): Record<string, string> {
  return mutant === undefined ? {} : { NODE_OPTIONS: `--import ${findModule(`mutants/${mutant}`)}` };
}

async function ownRedis(run: Run): Promise<string> {
  const redis = await startRedis();
  run.onEnd(() => redis.stop());
  return redis.url;
}

async function startApi(run: Run, redisUrl: string, env: Record<string, string>): Promise<string> {
  const api = await startRoomcast("api", { redisUrl, env });
  run.onEnd(() => api.stop());
  return api.url;
}

async function gather(
  run: Run,
  options: ClusterOptions,
  { replicas, publishers, rooms }: Pick<Cluster, "replicas" | "publishers" | "rooms">,
): Promise<Swarm> {
  const random = run.random.fork();
  const urls = await options.urls?.(replicas);
  const swarm = new Swarm({
    clients: options.clients ?? (run.isQuick ? 60 : 200),
    rooms,
    roomsPerClient: options.roomsPerClient ?? 3,
    tags,
    filterFor,
    ...(options.env?.WS_PARSER === "msgpack" ? { parser: msgpackParser } : {}),
    random,
    pastPosition: () => publishers.pastPosition(random),
    url: () => replicas.url,
    // A polling client must stay with one replica. Each new attempt may choose another one.
    pollingUrl: () => `http://127.0.0.1:${random.pick(replicas.links).port}`,
    ...urls,
    ...(options.shares === undefined ? {} : { shares: options.shares }),
    ...(options.claims === undefined ? {} : { claims: options.claims }),
  });
  run.onEnd(() => swarm.close());
  return swarm;
}
