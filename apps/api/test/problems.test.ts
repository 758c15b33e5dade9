import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ProtocolError } from "@roomcast/events";
import { token } from "./support/credentials.ts";
import { projectUpdate } from "./support/project-update.ts";
import { TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

describe("errors as problem+json", () => {
  test.each([
    ["GET", "/"],
    ["POST", "/api/v2/events"],
    ["DELETE", "/api/v1/event"],
    ["GET", "/api/v1/projects/42/x"],
  ])("%s %s is not found, with or without a key", async (method, path) => {
    for (const bearer of [undefined, null]) {
      const answer = await api.call(method, path, null, bearer === null ? { bearer } : {});
      expect(answer.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
      expect(answer).toMatchObject({
        status: 404,
        body: { type: "about:blank", title: "Not Found", status: 404, code: "not_found" },
      });
    }
  });

  test("a log that cannot be reached is 503 with Retry-After, and logged", async () => {
    await api.log.close();
    const answer = await api.send("POST", "/api/v1/events", projectUpdate());
    expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect(api.logLines.join("")).toContain("request failed");
  });

  test("a bug is 500 without its detail, which is in the log", async () => {
    const buggy = await TestApi.start({
      stats: { read: () => Promise.reject(new Error("password=hunter2")) },
    });
    const answer = await buggy.call("GET", "/api/v1/websocket/stats", null);
    await buggy.close();
    expect(answer).toMatchObject({ status: 500, body: { code: "internal", detail: "internal error" } });
    expect(JSON.stringify(answer.body)).not.toContain("hunter2");
    expect(buggy.logLines.join("")).toContain("problems.test");
  });

  test("an authoriser or key server that is down is what the verifier says", async () => {
    const down = new ProtocolError("unavailable", "the keys cannot be fetched");
    const cut = await TestApi.start({ verifier: { verify: () => Promise.reject(down) } });
    const answer = await cut.send("POST", "/api/v1/events", projectUpdate(), { bearer: "a.b.c" });
    await cut.close();
    expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
  });

  test("whether a token may publish to a room is not known: 503 with Retry-After, and nothing is written", async () => {
    const mayEnter = () => Promise.reject(new ProtocolError("unavailable", "nobody answers"));
    const cut = await TestApi.start({ roomAccess: { mayEnter } });
    const answer = await cut.send("POST", "/api/v1/events", projectUpdate(), { bearer: token() });
    expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect(answer.headers.get("Retry-After")).toBe("1");
    expect(await cut.appended()).toEqual([]);
    await cut.close();
  });
});

test("a client that goes away in the middle of its body does no harm", async () => {
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  await once(socket, "connect");
  const head = [
    "POST /api/v1/events HTTP/1.1",
    "Host: x",
    "Content-Type: application/json",
    "Content-Length: 99",
  ];
  socket.write(`${head.join("\r\n")}\r\nAuthorization: Bearer backend-key-0123456789\r\n\r\n{"type":`);
  socket.resetAndDestroy();
  expect((await api.send("POST", "/api/v1/events", projectUpdate())).status).toBe(201);
  expect(await api.appended()).toHaveLength(1);
});

describe("headers", () => {
  test("keep answers out of caches, frames and sniffing, and do not name the framework", async () => {
    const { headers } = await api.call("GET", "/health", null);
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Content-Security-Policy")).toContain("default-src 'self'");
    expect(headers.get("Strict-Transport-Security")).toBeNull();
    expect(headers.get("X-Powered-By")).toBeNull();
  });

  test("allow listed origins only", async () => {
    const preflight = (origin: string) =>
      api.call("OPTIONS", "/api/v1/events", null, {
        bearer: null,
        headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
      });
    const allowed = await preflight("https://app.example.com");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("Access-Control-Allow-Origin")).toBe("https://app.example.com");
    expect(allowed.headers.get("Access-Control-Allow-Headers")).toContain("Authorization");
    for (const origin of ["https://app.example.com.evil.com", "null", "http://app.example.com"]) {
      expect((await preflight(origin)).headers.get("Access-Control-Allow-Origin")).toBeNull();
    }
  });
});
