import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { NodeClient, type NodePlan } from "./node-client.ts";

/** The load generator without a C compiler: it has the same arguments and commands as `native/load.c`. */
const { values, tokens } = parseArgs({
  tokens: true,
  options: {
    port: { type: "string", default: "0" },
    path: { type: "string", default: "/" },
    rooms: { type: "string", default: "1" },
    tokens: { type: "string" },
    "event-prefix": { type: "string" },
    "event-mark": { type: "string" },
    deflate: { type: "string" },
    latency: { type: "string" },
    send: { type: "string", multiple: true },
    expect: { type: "string", multiple: true },
    "fresh-send": { type: "string", multiple: true },
    "fresh-expect": { type: "string", multiple: true },
  },
});
const latencies: number[] = [];
const counts = { ready: 0, failed: 0, dropped: 0, received: 0, bytes: 0 };
const plan: NodePlan = {
  port: Number(values.port),
  path: values.path,
  rooms: Number(values.rooms),
  tokens: values.tokens === undefined ? [] : readFileSync(values.tokens, "utf8").trim().split("\n"),
  steps: tokens.flatMap((token) =>
    token.kind === "option" && /send|expect/.test(token.name)
      ? [
          {
            text: token.value ?? "",
            isSend: token.name.includes("send"),
            isFreshOnly: token.name.startsWith("fresh"),
          },
        ]
      : [],
  ),
  eventPrefix: values["event-prefix"],
  eventMark: values["event-mark"],
  resumes: false,
  deflates: values.deflate !== undefined,
  arrived(bytes) {
    counts.bytes += bytes;
  },
  received(count, latencyUs) {
    counts.received += count;
    if (values.latency !== undefined && latencyUs !== undefined) latencies.push(latencyUs);
  },
};
const clients: NodeClient[] = [];

for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify(await obey(line.split(" ")))}\n`);
}
process.exit();

async function obey([command, first, second]: string[]): Promise<object> {
  if (command === "connect") return connectAll(Number(first), Number(second));
  if (command === "report") return report();
  if (command === "reset") latencies.length = 0;
  else if (command === "port") plan.port = Number(first);
  else if (command === "resume") plan.resumes = first === "1";
  else if (command === "disconnect") {
    for (const client of clients) client.close();
    Object.assign(counts, { ready: 0, failed: 0, dropped: 0 });
  } else if (command !== "rest") throw new Error(`unknown command: ${command}`);
  // `rest` has no effect here, because Node reads each message as it arrives.
  return {};
}

async function connectAll(count: number, atOnce: number): Promise<object> {
  const start = performance.now();
  for (let index = clients.length; index < count; index++) clients.push(new NodeClient(index, plan));
  const waiting = clients.slice(0, count).filter((client) => !client.isReady);
  const connectNext = async (): Promise<void> => {
    for (let client = waiting.shift(); client !== undefined; client = waiting.shift())
      await connectOne(client);
  };
  await Promise.all(Array.from({ length: atOnce }, connectNext));
  const elapsedUs = Math.round((performance.now() - start) * 1_000);
  return { ready: counts.ready, failed: counts.failed, elapsedUs };
}

async function connectOne(client: NodeClient): Promise<void> {
  const onDropped = () => {
    counts.ready--;
    counts.dropped++;
  };
  await client.connect(onDropped).then(
    () => counts.ready++,
    () => counts.failed++,
  );
}

function report(): object {
  const sorted = latencies.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.floor(share * sorted.length)] ?? 0;
  const { user, system } = process.cpuUsage();
  return {
    ...counts,
    cpuUs: user + system,
    nowUs: Number(process.hrtime.bigint() / 1_000n),
    samples: sorted.length,
    p50Us: quantile(0.5),
    p99Us: quantile(0.99),
    maxUs: sorted.at(-1) ?? 0,
  };
}
