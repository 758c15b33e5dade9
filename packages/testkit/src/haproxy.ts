import { readFile } from "node:fs/promises";
import {
  generationPath,
  type ProxySettings,
  type ProxyTargets,
  type ReverseProxy,
  startProxy,
} from "./reverse-proxy.ts";

/** Starts HAProxy with `infra/haproxy/haproxy.cfg` in front of the given ports. */
export function startHaproxy(targets: ProxyTargets): Promise<ReverseProxy> {
  const args = (file: string) => ["-W", "-db", "-f", file];
  return startProxy(
    { program: "haproxy", reloadSignal: "SIGUSR2", render: renderHaproxyConfig, args },
    targets,
  );
}

const template = new URL("../../../infra/haproxy/haproxy.cfg", import.meta.url);

/** Returns `infra/haproxy/haproxy.cfg` with other ports. */
export async function renderHaproxyConfig({
  port,
  realtime,
  api,
  generation,
}: ProxySettings): Promise<string> {
  const answer = `http-request return status 200 content-type text/plain string ${generation}`;
  const bind = `bind 127.0.0.1:${port}\n    ${answer} if { path ${generationPath} }`;
  return (await readFile(template, "utf8"))
    .replace("bind :8000", bind)
    .replace(/^ {4}server realtime-1 realtime-1:8000(.*)\n.*\n/gm, serverLines("realtime", realtime))
    .replace(/^ {4}server api-1 api:8080(.*)\n/m, serverLines("api", api));
}

/** The options name the server again, as the value of its cookie and of its health check. */
function serverLines(name: string, ports: readonly number[]): (match: string, options: string) => string {
  return (_, options) =>
    ports
      .map((port, index) => {
        const server = `${name}-${index + 1}`;
        return `    server ${server} 127.0.0.1:${port}${options.replaceAll(`${name}-1`, server)}\n`;
      })
      .join("");
}
