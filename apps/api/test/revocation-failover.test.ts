import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type RunningApi, readConfig, startApi } from "@roomcast/api";
import { exampleOf } from "@roomcast/events";
import { type SentinelGroup, startSentinelGroup, waitUntil } from "@roomcast/testkit";
import { apiKey, token, tokenSecret } from "./support/credentials.ts";

let group: SentinelGroup;
let api: RunningApi;
beforeAll(async () => {
  group = await startSentinelGroup({ replicas: 1, sentinels: 1 });
  const env = {
    HOST: "127.0.0.1",
    PORT: "0",
    REDIS_URL: group.url,
    JWT_SECRET: tokenSecret,
    API_KEYS: `backend:${apiKey}`,
    LOG_LEVEL: "silent",
  };
  api = await startApi(readConfig(env));
  await waitUntil("the API is ready", async () => (await fetch(`http://127.0.0.1:${api.port}/ready`)).ok);
}, 30_000);
afterAll(async () => {
  await api.close();
  await group.stop();
}, 30_000);

async function post(path: string, body: object, bearer: string): Promise<{ status: number; code?: string }> {
  const headers = { Authorization: `Bearer ${bearer}`, "Content-Type": "application/json" };
  const url = `http://127.0.0.1:${api.port}/api/v1/${path}`;
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { ...((await response.json()) as object), status: response.status };
}

const revoke = (userId: string) => post("revocations", { userId }, apiKey);
const tokenOf = (userId: string) => token({ userId, scope: "events:publish admin" });
const [ada, bob] = [tokenOf("ada"), tokenOf("bob")];
const publish = (bearer: string) => {
  const event = { type: "project.updated", data: exampleOf("project.updated"), rooms: ["global"] };
  return post("events", event, bearer);
};

test("WS-AUTH-17 a revocation is answered only when a Redis replica has it, and outlives a failover", async () => {
  const master = await group.master();
  const replica = group.servers.find((server) => server !== master);
  await replica?.kill("SIGSTOP");
  expect(await revoke("ada")).toMatchObject({ status: 503, code: "not_replicated" });
  expect(await publish(ada)).toMatchObject({ status: 401, code: "revoked" });
  expect(await publish(bob)).toMatchObject({ status: 201 });
  await replica?.kill("SIGCONT");
  await waitUntil("the replica confirms it", async () => (await revoke("ada")).status === 201);
  await master.kill("SIGKILL");
  await waitUntil("the replica is promoted", async () => (await publish(bob)).status === 201, 30_000);
  expect(await publish(ada)).toMatchObject({ status: 401, code: "revoked" });
  // The connection of the revocations finds the new master by itself, a moment before or after that of the log.
  const isReady = async () => (await fetch(`http://127.0.0.1:${api.port}/ready`)).ok;
  await waitUntil("the API is ready again", isReady, 30_000);
  // It has no replica now. Another master that could lose the revocation would look the same.
  expect(await revoke("bob")).toMatchObject({ status: 503, code: "not_replicated" });
  expect(await publish(bob)).toMatchObject({ status: 401, code: "revoked" });
}, 60_000);
