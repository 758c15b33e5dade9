import { describe, expect, test } from "@jest/globals";
import { createLogger } from "@roomcast/service";
import { captureLines } from "./support/capture-lines.ts";

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

function logged(fields: object, message = "text"): Record<string, unknown> {
  const { destination, lines } = captureLines();
  createLogger({ level: "info", name: "test", destination }).info(fields, message);
  return lines()[0] as Record<string, unknown>;
}

describe("createLogger", () => {
  test("writes JSON with level, time and name", () => {
    expect(logged({ room: "project:1" }, "joined")).toMatchObject({
      level: "info",
      name: "test",
      room: "project:1",
      msg: "joined",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  test("writes nothing below its level", () => {
    const { destination, lines } = captureLines();
    createLogger({ level: "warn", name: "test", destination }).info("no");
    expect(lines()).toEqual([]);
  });

  test.each([
    ["token", { token: "hush" }],
    ["auth.token", { auth: { token: "hush" } }],
    ["authorization", { req: { headers: { authorization: "Basic hush" } } }],
    ["secret, nested in a list", { keys: [{ secret: "hush" }, { webhookSecret: 'hu\\"sh' }] }],
    ["cookie", { headers: { cookie: "a=hush", "set-cookie": ["a=hush", "b=hush"] } }],
    ["token= in a URL", { url: "/socket.io/?EIO=4&token=hush&t=1" }],
    ["password in a URL", { redis: "redis://user:hush@host:6379" }],
    ["bearer header", { rawHeaders: ["Authorization", "Bearer hush.sh"] }],
    ["bearer subprotocol", { protocol: "roomcast.v1, bearer.hush" }],
    ["JWT anywhere", { text: `got ${jwt}` }],
    ["error", { err: new Error(`GET /?access_token=hush failed with ${jwt}`) }],
  ])("redacts: %s", (_, fields) => {
    const text = JSON.stringify(logged(fields));
    expect(text).toContain("[redacted]");
    expect(text).not.toMatch(/hush|hu\\|eyJ/);
  });

  test("redacts the message and what a child is bound to", () => {
    const { destination, lines } = captureLines();
    const logger = createLogger({ level: "info", name: "test", destination });
    logger.child({ token: "hush" }).info("opened /?token=hush");
    expect(lines()[0]).toMatchObject({ token: "[redacted]", msg: "opened /?token=[redacted]" });
  });

  test("leaves the rest alone", () => {
    const fields = { tokens: 3, url: "/a?since=abc.7&t=1", next: "a:b@c", room: "channel:eyJ" };
    expect(logged(fields, "the token is fine")).toMatchObject({ ...fields, msg: "the token is fine" });
  });
});
