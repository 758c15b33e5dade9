import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort, startProcess, temporaryFolder, waitUntil } from "@roomcast/testkit";
import { pinned } from "../cores.ts";
import { pingIntervalSeconds } from "../ping-interval.ts";
import type { StartServer } from "./bench-server.ts";
import { startPublisher } from "./node-process.ts";

/** A NATS server with its WebSocket listener. The publisher uses TCP. */
export const startNats: StartServer = async (environment, { rooms, measuresLatency = false }) => {
  const { nats } = environment.peers;
  if (nats === undefined) return undefined;
  const folder = await temporaryFolder("roomcast-bench-nats-");
  const [port, webSocketPort] = [await freePort(), await freePort()];
  const file = join(folder.path, "nats.conf");
  await writeFile(file, configuration(port, webSocketPort));
  const [command = "", ...args] = pinned(environment.cores.server, [nats, "--config", file]);
  const server = await startProcess(command, args);
  await waitUntil("NATS answers", async () => server.hasExited || (await accepts(webSocketPort)));
  if (server.hasExited) {
    environment.log(`NATS is left out: ${server.output.trim()}`);
    return undefined;
  }
  const publisher = await startPublisher(environment, "nats", String(port));
  return {
    name: "nats",
    pid: server.pid,
    plan: {
      port: webSocketPort,
      path: "/",
      steps: [
        { expect: "INFO" },
        { send: 'CONNECT {"verbose":false}\r\nSUB project:%r 1\r\nPING\r\n' },
        { expect: "PONG" },
      ],
      event: { mark: "MSG " },
      rooms,
      measuresLatency,
    },
    feed: (order) => publisher.feed(order),
    async stop() {
      await Promise.all([server.stop(), publisher.stop()]);
      await folder.remove();
    },
  };
};

function configuration(port: number, webSocketPort: number): string {
  return `
    listen: "127.0.0.1:${port}"
    websocket { listen: "127.0.0.1:${webSocketPort}", no_tls: true }
    ping_interval: "${pingIntervalSeconds}s"
  `;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (isListening: boolean) => {
      socket.destroy();
      resolve(isListening);
    };
    socket.once("connect", () => settle(true)).once("error", () => settle(false));
  });
}
