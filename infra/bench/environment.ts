import { createSecretKey } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { type RedisServer, startRedis, temporaryFolder } from "@roomcast/testkit";
import jwt from "jsonwebtoken";
import { keepCoresAwake } from "./awake-cores.ts";
import { type Cores, chooseCores } from "./cores.ts";
import type { ClientPlan } from "./load/client-plan.ts";
import { LoadGenerator } from "./load/load-generator.ts";
import { compileNative, type NativePrograms, nodeLoad } from "./load/load-program.ts";
import { findPeers, type PeerPrograms } from "./peer-programs.ts";
import { pinRunning } from "./pin-running.ts";
import type { Profile } from "./profile.ts";
import { steerReceiving } from "./receive-steering.ts";

/** The secret of all servers under test. */
export const jwtSecret = "the-secret-of-the-benchmark-0123456789abcdef";

/** The environment of a benchmark run. */
export interface Environment {
  readonly profile: Profile;
  readonly cores: Cores;
  readonly native: NativePrograms;
  readonly peers: PeerPrograms;
  /** A file with a token for every client, each for a different user. */
  readonly tokens: string;
  /** Whether the kernel does its work for the clients on the load generator's core. */
  readonly steersReceiving: boolean;
  /** Whether idle cores are kept from sleeping. */
  readonly staysAwake: boolean;
  /** What a reader of the results should know about the conditions. */
  readonly notes: string[];
  readonly log: (line: string) => void;
  /** Returns the Redis of the run, and starts it at the first call. */
  redis(): Promise<RedisServer>;
  /** Starts the load generator of a server, without connections. */
  load(plan: ClientPlan): Promise<LoadGenerator>;
  close(): Promise<void>;
}

export interface EnvironmentOptions {
  profile: Profile;
  /** `node` needs no C compiler. */
  generator?: "c" | "node" | undefined;
  /** Also measures NATS and Nchan. Default true. */
  withPeers?: boolean;
  /** Moves the receiving of clients to their own core, where that is allowed. Default true. */
  steer?: boolean;
}

/** Prepares a run: compiles the C programs, finds the peers and signs the tokens. */
export async function openEnvironment({
  profile,
  generator,
  withPeers = true,
  steer = true,
}: EnvironmentOptions): Promise<Environment> {
  const notes: string[] = [];
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const cores = await chooseCores();
  if (cores.server === undefined) notes.push("Server and load could not be pinned to cores of their own.");
  const busy = loadavg()[0] ?? 0;
  if (busy > cores.count / 4) notes.push(`Other programs were running: load average ${busy.toFixed(1)}.`);
  // This process must not disturb the server either.
  await pinRunning(process.pid, cores.load);
  const unsteer = steer ? steerReceiving(cores.load) : undefined;
  if (unsteer === undefined)
    notes.push("What clients received was worked on by the server's core: it is in every server's figure.");
  const letSleep = keepCoresAwake();
  if (letSleep === undefined) notes.push("Idle cores could sleep: waking them is in the servers' figures.");
  const folder = await temporaryFolder("roomcast-bench-");
  const compiled = generator === "node" ? undefined : await compileNative(folder.path);
  if (compiled === undefined)
    notes.push(
      "The load generator in Node, which is slower than the one in C and woken for every message; and no floor.",
    );
  const tokens = join(folder.path, "tokens");
  await writeTokens(tokens, clientsOf(profile));
  const peers = withPeers ? await findPeers(log) : {};
  let redis: Promise<RedisServer> | undefined;
  return {
    profile,
    cores,
    native: compiled ?? { load: nodeLoad },
    peers,
    tokens,
    steersReceiving: unsteer !== undefined,
    staysAwake: letSleep !== undefined,
    notes,
    log,
    redis() {
      redis ??= startPinnedRedis(cores.feed);
      return redis;
    },
    load: (plan) => LoadGenerator.start((compiled ?? { load: nodeLoad }).load, cores.load, plan),
    async close() {
      unsteer?.();
      letSleep?.();
      await (await redis)?.stop();
      await folder.remove();
    },
  };
}

async function startPinnedRedis(core: number | undefined): Promise<RedisServer> {
  const redis = await startRedis();
  await pinRunning(redis.pid, core);
  return redis;
}

function clientsOf({ fanOut, rooms, memory, connect, takeover, compression, micro }: Profile): number {
  return Math.max(
    ...fanOut.clients,
    rooms.clients,
    memory.connections,
    connect.connections,
    takeover.connections,
    compression.connections,
    compression.clients,
    micro.clients,
    100,
  );
}

async function writeTokens(file: string, count: number): Promise<void> {
  // Make the key once. With a string, every signature would make it again.
  const key = createSecretKey(Buffer.from(jwtSecret));
  const rooms = ["project:*", "agent:*", "channel:*"];
  const tokens = Array.from({ length: count }, (_, index) =>
    jwt.sign({ rooms }, key, { algorithm: "HS256", subject: `user-${index}`, expiresIn: "2h" }),
  );
  await writeFile(file, `${tokens.join("\n")}\n`);
}
