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

  // A line of a million characters takes milliseconds. If the time grew with the square of the length, it took minutes.
  test.each([
    "eyJ-",
    "eyJaaaaa.",
    "eyJ-.",
    "a.b://c:",
    "&token",
    "?token=",
    "bearer ",
    '":"\\',
    '"token":["',
  ])("takes no longer than a line is long, whatever is in it: %j", (part) => {
    const text = part.repeat(1_000_000 / part.length);
    expect(logged({ text }, text)).toMatchObject({ name: "test" });
    expect(logged({ text, token: [text], secret: text })).toMatchObject({ secret: "[redacted]" });
  });

  test.each([
    ["in a path", `/x-${jwt}/y`, "/x-[redacted]/y"],
    ["after a host", `host.${jwt}.`, "host.[redacted]."],
    ["twice", `${jwt} ${jwt}`, "[redacted] [redacted]"],
    ["without a signature", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "[redacted]"],
    ["a secret by another name", "/?client_secret=hush&t=1", "/?client_secret=[redacted]&t=1"],
    ["a password without a user", "redis://:hush@host", "redis://:[redacted]@host"],
    ["two passwords", "amqp://a:hush@b,amqp://c:hush@d", "amqp://a:[redacted]@b,amqp://c:[redacted]@d"],
    ["what only begins so", "eyJ and eyJabc", "eyJ and eyJabc"],
  ])("redacts in a text: %s", (_what, text, redacted) => {
    expect(logged({ text })).toMatchObject({ text: redacted });
  });

  test("leaves the rest alone", () => {
    const fields = { tokens: 3, url: "/a?since=abc.7&t=1", next: "a:b@c", room: "channel:eyJ" };
    expect(logged(fields, "the token is fine")).toMatchObject({ ...fields, msg: "the token is fine" });
  });
});
