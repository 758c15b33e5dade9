// Starts a Redis and waits to be killed, for redis-server.test.ts.

import { startRedis } from "@roomcast/testkit";
import { createClient } from "redis";

const server = await startRedis();
const client = await createClient({ url: server.url }).connect();
const { dir } = await client.configGet("dir");
console.log(JSON.stringify({ pid: server.pid, dir }));
