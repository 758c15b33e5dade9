import { readFile } from "node:fs/promises";
import {
  generationPath,
  type ProxySettings,
  type ProxyTargets,
  type ReverseProxy,
  startProxy,
} from "./reverse-proxy.ts";

/** Starts nginx with `infra/nginx/nginx.conf` in front of the given ports. */
export function startNginx(targets: ProxyTargets): Promise<ReverseProxy> {
  const args = (file: string, dir: string) => ["-e", "stderr", "-p", dir, "-c", file, "-g", "daemon off;"];
  return startProxy({ program: "nginx", reloadSignal: "SIGHUP", render: renderNginxConfig, args }, targets);
}

const template = new URL("../../../infra/nginx/nginx.conf", import.meta.url);

/** Returns `infra/nginx/nginx.conf` with other ports. All files that nginx writes are in `dir`. */
export async function renderNginxConfig(settings: ProxySettings): Promise<string> {
  const { port, dir, realtime, api, generation } = settings;
  const listen = `listen 127.0.0.1:${port};\n location = ${generationPath} { return 200 "${generation}"; }`;
  const text = (await readFile(template, "utf8"))
    .replace("listen 8000;", listen)
    .replace("/dev/stdout", `${dir}/access.log`)
    .replace("http {", `http {\n${writablePaths(dir)}`)
    .replace(/^(\s*)server realtime-1:8000(.*)\n.*\n/m, serverLines(realtime))
    .replace(/^(\s*)server api:8080(.*)\n/m, serverLines(api));
  return `${mainLines(dir)}\n${text}`;
}

function serverLines(ports: readonly number[]): (match: string, indent: string, options: string) => string {
  // nginx requires at least one server. No program listens at port 1.
  const used = ports.length === 0 ? [1] : ports;
  return (_, indent, options) => used.map((port) => `${indent}server 127.0.0.1:${port}${options}\n`).join("");
}

/** When started as root, the workers would run as another user, who may not read the folder. */
function mainLines(dir: string): string {
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `pid ${dir}/nginx.pid;\n${user}`;
}

function writablePaths(dir: string): string {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return kinds.map((kind) => `    ${kind}_temp_path ${dir}/${kind};`).join("\n");
}
