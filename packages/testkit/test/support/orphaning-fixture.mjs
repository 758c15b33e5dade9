// Starts a Redis and waits to be killed, for redis-server.test.ts.

import { createClient } from "@redis/client";
import { startRedis } from "@roomcast/testkit";

const server = await startRedis();
const client = await createClient({ url: server.url }).connect();
const { dir } = await client.configGet("dir");
console.log(JSON.stringify({ pid: server.pid, dir }));
