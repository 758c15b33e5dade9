import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { findProgram, renderHaproxyConfig, renderNginxConfig, temporaryFolder } from "@roomcast/testkit";

const run = promisify(execFile);

/** Renders a configuration into a folder of its own and has the program check it; rejects with what it says. */
async function check(program: string, render: typeof renderNginxConfig, args: (file: string) => string[]) {
  const folder = await temporaryFolder(`roomcast-${program}-`);
  try {
    const settings = {
      port: 18_000,
      dir: folder.path,
      realtime: [18_001, 18_002, 18_003],
      api: [18_004],
      generation: 1,
    };
    const text = await render(settings);
    const file = join(folder.path, "config");
    await writeFile(file, text);
    await run((await findProgram(program)) ?? program, args(file));
    return text;
  } finally {
    await folder.remove();
  }
}

describe("nginx.conf", () => {
  test("is valid with any number of replicas", async () => {
    const text = await check("nginx", renderNginxConfig, (file) => ["-e", "stderr", "-t", "-c", file]);
    expect(text.match(/server 127\.0\.0\.1:1800\d max_fails/g)).toHaveLength(4);
    expect(text).not.toMatch(/realtime-\d:|api:8080|\/dev\/stdout/);
  });

  test("logs no query, which may hold a token", async () => {
    const text = await readFile(new URL("../nginx/nginx.conf", import.meta.url), "utf8");
    expect(text).toMatch(/access_log \/dev\/stdout without_query;/);
    expect(text.replaceAll(/#.*/g, "")).not.toMatch(/\$(request|request_uri|args|query_string)\b/);
  });
});

describe("haproxy.cfg", () => {
  const file = new URL("../haproxy/haproxy.cfg", import.meta.url);

  test("is valid as it is, though its servers have no address here", async () => {
    await run((await findProgram("haproxy")) ?? "haproxy", ["-c", "-f", file.pathname]);
  });

  test("is valid with any number of replicas", async () => {
    const text = await check("haproxy", renderHaproxyConfig, (rendered) => ["-c", "-f", rendered]);
    expect(text).toContain("server realtime-3 127.0.0.1:18003 check cookie realtime-3");
    expect(text).toContain("server realtime-3 127.0.0.1:18003 track realtime_polling/realtime-3");
    expect(text).not.toMatch(/realtime-\d:|api:8080/);
  });

  test("logs no query, which may hold a token", async () => {
    expect(await readFile(file, "utf8")).toMatch(/log-format ".*%HM %HP.*"/);
  });
});
