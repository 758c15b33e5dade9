import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { testToken } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";

const failing = () => Promise.reject(new Error("a fault of ours"));

describe("SEC-55 refused handshakes", () => {
  let server: Embedded;
  let from: number;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  beforeEach(() => {
    from = server.logLines.length;
  });
  afterAll(() => server.close());

  test("are one short line without a stack for each reason and minute, and the next says how many were left out", async () => {
    for (let n = 0; n < 20; n++) await refused(`${testToken().slice(0, -2)}xx`);
    await refused(testToken("ada", { exp: 1 }));
    const lines = shown().map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { code: "unauthorized", reason: expect.any(String), msg: "handshake refused" },
      { code: "token_expired", leftOut: 39 },
    ]);
    for (const line of shown()) {
      expect(line.length).toBeLessThan(400);
      expect(line).not.toMatch(/stack|\n.*at /);
    }
  });

  test("and so are commands that fail by a fault of ours, with the stack of the first", async () => {
    const broken = await startEmbedded({ access: { mayEnter: failing, invalidate: () => undefined } });
    const clients = await Promise.all(
      Array.from({ length: 10 }, (_, n) => RawClient.connected(broken.url, { token: testToken(`u${n}`) })),
    );
    for (const client of clients) {
      client.send('42/ws,1["history",{"room":"project:1"}]');
      await client.next("43/ws,1[");
      await client.cut();
    }
    const failed = broken.logLines.filter((line) => line.includes('"level":"error"'));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toContain("refusals-logged.test");
    await broken.close();
  });

  /** In both namespaces, over one connection. */
  async function refused(token: string): Promise<void> {
    const client = await RawClient.open(server.url);
    for (const namespace of ["/ws", "/"]) client.connect(namespace, token);
    await client.next("44{");
    await client.cut();
  }

  function shown(): string[] {
    return server.logLines.slice(from).filter((line) => !line.includes('"level":"debug"'));
  }
});
