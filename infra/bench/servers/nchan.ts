import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, startProcess, temporaryFolder, waitUntil } from "@roomcast/testkit";
import { pinned } from "../cores.ts";
import type { StartServer } from "./bench-server.ts";
import { startPublisher } from "./node-process.ts";

/** nginx with Nchan and one worker. The publisher uses HTTP. */
export const startNchan: StartServer = async (environment, { rooms, measuresLatency = false }) => {
  const { nchan } = environment.peers;
  if (nchan === undefined) return undefined;
  const folder = await temporaryFolder("roomcast-bench-nchan-");
  const port = await freePort();
  const file = join(folder.path, "nginx.conf");
  await writeFile(file, configuration(nchan.module, folder.path, port));
  const args = ["-c", file, "-e", join(folder.path, "error.log"), "-p", folder.path];
  const [command = "", ...rest] = pinned(environment.cores.server, [nchan.nginx, ...args]);
  const server = await startProcess(command, rest);
  await waitUntil("nginx answers", async () => server.hasExited || (await answers(port)));
  if (server.hasExited) {
    environment.log(`Nchan is left out: ${server.output.trim()}`);
    return undefined;
  }
  const publisher = await startPublisher(environment, "nchan", String(port));
  return {
    name: "nchan",
    pid: server.pid,
    plan: {
      port,
      path: "/subscribe?room=%r",
      steps: [],
      event: { prefix: '{"id":' },
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

function configuration(module: string, folder: string, port: number): string {
  return `
    load_module ${module};
    daemon off;
    worker_processes 1;
    worker_rlimit_nofile 50000;
    pid ${folder}/pid;
    events { worker_connections 20000; }
    http {
      access_log off;
      client_body_temp_path ${folder}/body;
      nchan_shared_memory_size 256M;
      server {
        listen 127.0.0.1:${port} backlog=4096;
        keepalive_requests 100000000;
        location = / { return 204; }
        location /subscribe {
          nchan_subscriber websocket;
          nchan_channel_id $arg_room;
          nchan_subscriber_first_message newest;
        }
        location /publish { nchan_publisher http; nchan_channel_id $arg_room; }
      }
    }`;
}

async function answers(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  return response?.ok ?? false;
}
