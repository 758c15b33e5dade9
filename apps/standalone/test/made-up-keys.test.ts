import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type DemoServer, startDemo } from "./support/standalone.ts";

describe("the made-up keys", () => {
  let demo: DemoServer;
  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(() => demo.server.stop());

  const ask = async (headers: Record<string, string> = {}) => {
    const asked = request({ host: "127.0.0.1", port: demo.port, path: "/demo.json", headers }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
  };

  test.each([
    {},
    { host: "localhost" },
    { host: "LOCALHOST:8000" },
    { host: "[::1]:8000" },
    { host: "localhost", referer: "http://localhost:8000/", "x-forwarded-for": "127.0.0.1" },
    { host: "localhost", "x-forwarded-for": "::1", "x-forwarded-host": "localhost:8000" },
  ])("are given to this machine: %j", async (headers) => {
    const answer = await ask(headers);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ token: demo.keys().TOKEN });
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  test.each([
    { host: "rt.example.com" },
    { host: "localhost.example.com" },
    { host: "localhost", "x-forwarded-for": "203.0.113.7" },
    { host: "localhost", "x-forwarded-for": "127.0.0.1, 203.0.113.7" },
    { host: "localhost", "x-forwarded-host": "rt.example.com" },
    { host: "localhost", "x-real-ip": "203.0.113.7" },
    { host: "localhost", "cf-connecting-ip": "203.0.113.7" },
    { host: "localhost", forwarded: "for=203.0.113.7" },
    { host: "localhost", via: "1.1 proxy" },
    { host: "localhost", referer: "https://rt.example.com/" },
    { host: "localhost", origin: "https://rt.example.com" },
    { host: "localhost", origin: "null" },
  ])(
    "SEC-30 SEC-49 are not given behind a proxy on this machine, or to another name: %j",
    async (headers) => {
      const answer = await ask(headers);
      expect(answer.status).toBe(404);
      expect(answer.text).not.toContain(demo.keys().TOKEN);
    },
  );

  test("are not given to HTTP/1.0, which proxies speak that add no header", async () => {
    const socket = connect(demo.port, "127.0.0.1");
    socket.end("GET /demo.json HTTP/1.0\r\nHost: localhost\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 /);
  });

  test.each(["/", "/page.js", "/demo.json"])(
    "and %s are kept out of frames and of guesses at their type",
    async (path) => {
      const { headers } = await fetch(`http://127.0.0.1:${demo.port}${path}`);
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
    },
  );
});
