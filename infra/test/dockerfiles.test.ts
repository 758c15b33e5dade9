import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { listen } from "@roomcast/service";
import { context, type Instruction, lastStage, only, readDockerfile } from "./support/dockerfile.ts";

const run = promisify(execFile);

/** The files and folders that are copied from the repository. */
function copiedSources(instructions: readonly Instruction[]): string[] {
  return instructions
    .filter(({ keyword, rest }) => keyword === "COPY" && !rest.startsWith("--from="))
    .flatMap(({ rest }) => rest.split(" ").slice(0, -1));
}

/** The apps that an app is built from, itself included. */
async function appsBehind(app: string): Promise<string[]> {
  const manifest = await readFile(`${context}apps/${app}/package.json`, "utf8");
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  const names = Object.keys(dependencies).map((name) => name.replace("@roomcast/", ""));
  const others = names.filter((name) => ["api", "realtime", "standalone", "dashboard"].includes(name));
  return [app, ...others];
}

describe.each([
  ["realtime", "8000"],
  ["api", "8080"],
  ["standalone", "8000"],
])("%s.Dockerfile", (app, port) => {
  test("copies what exists, and what .dockerignore lets through", async () => {
    const ignore = (await readFile(`${context}.dockerignore`, "utf8")).split("\n");
    for (const source of copiedSources(await readDockerfile(app))) {
      await access(context + source);
      expect(ignore).toContain(`!${source.split("/")[0]}`);
    }
  });

  test("copies every app it is built from", async () => {
    const sources = copiedSources(await readDockerfile(app));
    for (const name of await appsBehind(app)) expect(sources).toContain(`apps/${name}`);
  });

  test("compiles the addon of the server in it", async () => {
    const instructions = await readDockerfile(app);
    const builds = instructions.filter(({ rest }) => rest.includes("node apps/realtime/native/build.mjs"));
    expect(builds).toHaveLength(copiedSources(instructions).includes("apps/realtime") ? 1 : 0);
  });

  test("ends in a small image of the oldest Node supported, without root", async () => {
    const stage = lastStage(await readDockerfile(app));
    expect(only(stage, "FROM")).toBe("node:20-slim");
    expect(only(stage, "USER")).toBe("node");
    expect(only(stage, "CMD")).toBe('["node", "dist/main.js"]');
  });

  test("listens on every address, at the port it exposes, in production mode", async () => {
    const stage = lastStage(await readDockerfile(app));
    expect(only(stage, "ENV")).toBe(`NODE_ENV=production HOST=0.0.0.0 PORT=${port}`);
    expect(only(stage, "EXPOSE")).toBe(port);
  });

  test("is healthy while /health answers 200, and only then", async () => {
    const healthcheck = only(lastStage(await readDockerfile(app)), "HEALTHCHECK");
    const [, ...args] = JSON.parse(healthcheck.slice(healthcheck.indexOf("["))) as string[];
    let status = 200;
    const server = createServer(({ url }, response) => {
      response.writeHead(url === "/health" ? status : 404).end();
    });
    const listening = await listen(server, { host: "127.0.0.1", port: 0 });
    const check = () => run(process.execPath, args, { env: { PORT: String(listening.port) } });
    await check();
    status = 500;
    await expect(check()).rejects.toMatchObject({ code: 1 });
    await listening.close(0);
    await expect(check()).rejects.toMatchObject({ code: 1 });
  });
});

test("no image gets what is private or made on this machine", async () => {
  const [first, ...lines] = (await readFile(`${context}.dockerignore`, "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(first).toBe("*");
  expect(lines).toEqual(expect.arrayContaining(["**/node_modules", "**/dist", "**/.env*"]));
});
