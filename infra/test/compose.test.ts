import { access, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { lastStage, only, readDockerfile } from "./support/dockerfile.ts";

const file = fileURLToPath(new URL("../compose/compose.yaml", import.meta.url));

describe("compose.yaml", () => {
  let text: string;

  beforeAll(async () => {
    text = (await readFile(file, "utf8")).replaceAll(/^\s*#.*\n/gm, "");
  });

  /** The text of a service. */
  function service(name: string): string {
    const match = new RegExp(`\\n  ${name}:(.*\\n(?: {4}.*\\n|\\n)*)`).exec(
      text.slice(text.indexOf("\nservices:")),
    );
    if (match?.[1] === undefined) throw new Error(`no service ${name}`);
    return match[1];
  }

  test("builds from and mounts what exists", async () => {
    const context = resolve(dirname(file), "../..");
    for (const [, path] of text.matchAll(/dockerfile: (\S+)/g))
      await access(resolve(context, path as string));
    for (const [, path] of text.matchAll(/- (\.\S+?):/g))
      await access(resolve(dirname(file), path as string));
    expect(text.match(/context: (\S+)/g)).toEqual(["context: ../..", "context: ../.."]);
  });

  test("runs two replicas, the API, Redis and nginx", () => {
    expect(service("realtime-1")).toContain("*realtime");
    expect(service("realtime-2")).toContain("*realtime");
    expect(service("api")).toContain("api.Dockerfile");
    for (const [, image] of text.matchAll(/image: ((?:redis|nginx)\S*)/g))
      expect(image).toMatch(/:\d+\.\d+-alpine$/);
  });

  test("takes secrets from the environment and says what is missing", () => {
    expect(text).toMatch(/JWT_SECRET: \$\{JWT_SECRET:\?set JWT_SECRET .+\}/);
    expect(text).toMatch(/API_KEYS: \$\{API_KEYS:\?set API_KEYS .+\}/);
    expect(text).toMatch(/GITHUB_WEBHOOK_SECRET: \$\{GITHUB_WEBHOOK_SECRET:-\}/);
  });

  test("keeps the log: append-only, on a volume, evicting nothing", () => {
    const redis = service("redis");
    expect(redis).toContain('"--appendonly", "yes"');
    expect(redis).toContain('"--maxmemory-policy", "noeviction"');
    expect(redis).toContain("redis-data:/data");
  });

  test("opens nothing to the outside but nginx", () => {
    expect(text.match(/ports:/g)).toHaveLength(1);
    expect(service("nginx")).toContain("ports:");
  });

  test("checks the health of what brings no check of its own", () => {
    expect(service("redis")).toContain("healthcheck:");
    expect(service("nginx")).toContain("healthcheck:");
  });

  test("names the servers as nginx.conf does, at the ports they listen on", async () => {
    const conf = await readFile(new URL("../nginx/nginx.conf", import.meta.url), "utf8");
    for (const [, name, port] of conf.matchAll(/server ([a-z][\w-]*):(\d+)/g)) {
      expect(service(name as string)).toBeDefined();
      const app = (name as string).replace(/-\d$/, "");
      expect(only(lastStage(await readDockerfile(app)), "EXPOSE")).toBe(port);
    }
  });
});
