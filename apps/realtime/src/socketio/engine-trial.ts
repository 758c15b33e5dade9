import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { WebSocket } from "ws";
import { type Feature, features, type Trial } from "./engine-features.ts";
import { StockWebSocketServer } from "./stock-websocket-server.ts";

/** Long enough for a machine that is busy: this decides whether the process starts. */
const patienceMs = 30_000;

/** Socket.IO's server as this process would run it, and a way to reach it. */
interface Stage {
  io: Server;
  url: string;
  signal: AbortSignal;
  clients: WebSocket[];
}

type Engine = Trial["engine"];

let trial: Promise<string[]> | undefined;

/** What the installed versions of Socket.IO, Engine.IO and ws lack for the stock engine. Looked for once in a process. */
export function missingFeatures(looked = features): Promise<string[]> {
  if (looked !== features) return run(looked);
  trial ??= run(features);
  return trial;
}

async function run(looked: typeof features): Promise<string[]> {
  const httpServer = createServer();
  const quiet = { serveClient: false, pingInterval: 4 * patienceMs };
  const io = new Server(httpServer, { wsEngine: StockWebSocketServer, ...quiet });
  const clients: WebSocket[] = [];
  try {
    await once(httpServer.listen(0, "127.0.0.1"), "listening");
    const url = `127.0.0.1:${(httpServer.address() as AddressInfo).port}/socket.io/?EIO=4&transport=`;
    const stage = { io, url, clients, signal: AbortSignal.timeout(patienceMs) };
    const missing = await tryConnection(stage, looked);
    return stage.signal.aborted ? missing : [...missing, ...(await tryUpgrade(stage))];
  } catch (error) {
    return [`a trial connection failed (${(error as Error).message})`];
  } finally {
    for (const client of clients) client.terminate();
    await io.close();
  }
}

/** Names the features that a connection over websocket lacks; each may be looked for in what those before it left. */
async function tryConnection(stage: Stage, looked: typeof features): Promise<string[]> {
  const { io, signal } = stage;
  io.use((socket, next) => {
    (socket as unknown as { pid: string }).pid = "trial-pid";
    next();
  });
  const [engine, client] = await openClient(stage);
  const entered = once(io, "connection", { signal }) as Promise<[Socket]>;
  const answered = once(client, "message", { signal });
  client.send("40");
  const [[socket], [answer]] = await Promise.all([entered, answered]);
  const missing = String(answer).includes('"pid":"trial-pid"') ? [] : ["CONNECT packets have no `pid`"];
  const told: Trial["told"] = (emitter, event) => once(emitter, event, { signal });
  for (const [what, works] of Object.entries(looked)) {
    if (!(await has(works, { engine, socket, client, told }))) missing.push(what);
    // What was waited for never came: of the others nothing is known.
    if (signal.aborted) break;
  }
  return missing;
}

async function openClient({ io, url, signal, clients }: Stage): Promise<[Engine, WebSocket]> {
  const connected = once(io.engine, "connection", { signal }) as Promise<[Engine]>;
  const client = new WebSocket(`ws://${url}websocket`);
  clients.push(client);
  const [[engine]] = await Promise.all([connected, once(client, "message", { signal })]);
  return [engine, client];
}

async function has(works: Feature, trial: Trial): Promise<boolean> {
  try {
    return await works(trial);
  } catch {
    return false;
  }
}

/** Tries a change from polling to websocket, of which `upgrading` and `upgrade` tell. */
async function tryUpgrade({ io, url, signal, clients }: Stage): Promise<string[]> {
  const connected = once(io.engine, "connection", { signal }) as Promise<[Engine]>;
  const asked = get(`http://${url}polling`, { signal }, (response) => response.resume());
  const [[engine]] = await Promise.all([connected, once(asked, "close")]);
  const client = new WebSocket(`ws://${url}websocket&sid=${engine.id}`);
  clients.push(client);
  await once(client, "open", { signal });
  const [probed, upgraded] = ["upgrading", "upgrade"].map((event) => once(engine, event, { signal }));
  client.send("2probe");
  const [transport] = (await probed) as unknown[];
  client.send("5");
  await upgraded;
  return engine.transport === transport ? [] : ["changes to websocket are not told by `upgrading`"];
}
