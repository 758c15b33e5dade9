import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type PrivateProcess, startProcess } from "@roomcast/testkit";
import { codeBlock, read, root } from "./documents.ts";

const readme = read("README.md");

/** The four lines for frontend developers. */
export const quickstart = codeBlock(readme, "js", "connection_established");

/** The command that sends them an event. */
export const curl = codeBlock(readme, "sh", "curl http://localhost:8000/api/v1/events");

/** The lines for API developers: how to publish from a process of one's own. */
export const publisher = codeBlock(readme, "js", "initBroadcaster");

/** Runs the README's curl in a shell, against another port; resolves with the answer. */
export async function runCurl(port: number, apiKey: string): Promise<{ id: string; position: string }> {
  const command = curl.replace(":8000/", `:${port}/`);
  const env = { PATH: process.env.PATH ?? "", API_KEY: apiKey };
  const { stdout } = await promisify(execFile)("sh", ["-c", command], { env });
  return JSON.parse(stdout) as { id: string; position: string };
}

/** Runs JavaScript as a module in a process of its own, where the packages can be imported. */
export function runScript(code: string, env: Record<string, string> = {}): Promise<PrivateProcess> {
  const options = { cwd: join(root, "apps", "standalone"), env: { PATH: process.env.PATH ?? "", ...env } };
  return startProcess(process.execPath, ["--input-type=module", "--eval", code], options);
}
