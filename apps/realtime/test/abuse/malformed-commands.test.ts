import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Ack } from "@roomcast/events";
import { TestClient, testToken } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
const long = "x".repeat(90_000);

/** Payloads as JSON text, for not everything here can be built as a value. */
const payloads: [string, string][] = [
  ["null", "null"],
  ["a number", "42"],
  ["a huge number", "1e308"],
  ["true", "true"],
  ["a text", '"project:1"'],
  ["an empty object", "{}"],
  ["an array of nothing", "[[]]"],
  ["arrays in arrays", '[[[{"room":"project:1"}]]]'],
  ["a null entry", "[null]"],
  ["a room that is a number", '{"room":1}'],
  ["a room that is null", '{"room":null}'],
  ["a room that is an array", '{"room":["project:1"]}'],
  ["a room that is an object", '{"room":{"toString":"project:1"}}'],
  ["a room of 10 KB", `{"room":"project:${"a".repeat(10_000)}"}`],
  ["an unknown field", '{"room":"project:1","rom":"x"}'],
  ["__proto__", '{"room":"project:1","__proto__":{"polluted":true}}'],
  ["constructor", '{"room":"project:1","constructor":{"prototype":{"polluted":true}}}'],
  ["__proto__ further in", '{"room":"project:1","filters":{"status":{"__proto__":{"polluted":true}}}}'],
  ["10,000 fields", `{${Array.from({ length: 9_000 }, (_, n) => `"f${n}":1`).join()}}`],
  ["a field name of 90 KB", `{"${long}":1}`],
  ["40 KB of nested arrays", nested(20_000, "[", "]")],
  ["40 KB of nested arrays in a field", `{"room":${nested(20_000, "[", "]")}}`],
  ["40 KB of nested objects", `${'{"a":'.repeat(7_000)}1${"}".repeat(7_000)}`],
  ["90 KB of an unknown text", `{"room":"project:1","${"y".repeat(60)}":"${long}"}`],
];

describe("a malformed payload", () => {
  let server: Embedded;
  let client: RawClient;
  let witness: TestClient;
  beforeAll(async () => {
    server = await startEmbedded({ socket: { commandRate: 1_000 } });
    client = await RawClient.connected(server.url);
    witness = await TestClient.connected(server.url, { token: testToken() });
    await witness.next("connection_established");
  });
  afterAll(async () => {
    witness.close();
    await client.cut();
    await server.close();
  });

  for (const command of ["subscribe", "unsubscribe", "history"]) {
    test.each(payloads)(`WS-CMD-4 is answered by ${command} with invalid_command: %s`, async (_, payload) => {
      const answer = await call(`["${command}",${payload}]`);
      expect(answer).toEqual({
        ok: false,
        error: expect.objectContaining({ code: "invalid_command", retryable: false }),
      });
      expect(JSON.stringify(answer).length).toBeLessThan(2_000);
    });

    test(`WS-CMD-4 is answered by ${command} when there is none`, async () => {
      expect(await call(`["${command}"]`)).toMatchObject({ ok: false, error: { code: "invalid_command" } });
    });
  }

  test("WS-CMD-4 names every bad field", async () => {
    const answer = await call('["history",{"room":1,"limit":"x"}]');
    expect(answer).toMatchObject({
      error: { details: [{ field: "room" }, { field: "room" }, { field: "limit" }, {}, {}] },
    });
  });

  test.each(["5", '"x"', "[]", '{"status":{"regex":"a"}}', '{"nosuch":1}', '{"status":{"eq":{"a":1}}}'])(
    "SEC-26 WS-FILT-4 of filters is invalid_filter: %s",
    async (filters) => {
      const answer = await call(`["subscribe",{"room":"project:1","filters":${filters}}]`);
      expect(answer).toMatchObject({ ok: false, error: { code: "invalid_filter" } });
    },
  );

  test.each([
    '"-1"',
    '"NaN"',
    '"1e308"',
    '"x.1e308"',
    '""',
    '"1"',
    '"..1"',
    '"a.1~1"',
    '"a.9999999999999999"',
  ])("SEC-24 WS-POS-9 of `since` is invalid_position: %s", async (since) => {
    const answer = await call(`["subscribe",{"room":"project:1","since":${since}}]`);
    expect(answer).toMatchObject({ ok: false, error: { code: "invalid_position" } });
  });

  test("SEC-28 WS-SAFE-12 leaves no trace on the prototypes and on nobody else", async () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(await witness.call("ping")).toMatchObject({ ok: true });
    expect(witness.unread).toEqual([]);
    expect(server.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  let packetId = 0;

  /** Sends an event packet as text and resolves with what its ack carries. */
  async function call(event: string): Promise<Ack<unknown>> {
    const id = ++packetId;
    client.send(`42/ws,${id}${event}`);
    const frame = await client.next(`43/ws,${id}[`);
    return (JSON.parse(frame.slice(`43/ws,${id}`.length)) as [Ack<unknown>])[0];
  }
});
