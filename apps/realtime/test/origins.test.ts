import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";
import { openPolling } from "./support/raw-http.ts";

const listed = "https://good.com";

describe("a page that connects", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded({ corsOrigins: [listed, "http://localhost:3000"] });
  });
  afterAll(() => server.close());

  const foreign = [
    "https://evil.com",
    "null",
    "https://good.com.evil.com",
    "https://evilgood.com",
    "https://evil.com/https://good.com",
    "http://good.com",
    "https://good.com:444",
    "https://GOOD.com",
    "https://good.com%20",
    "http://localhost:3001",
    "file://",
    "good.com",
    "",
    "http://127.0.0.1",
  ];
  test.each(foreign)(
    "WS-SAFE-13 from the foreign origin %j is refused on both transports",
    async (Origin) => {
      const answer = await fetch(handshake(), { headers: { Origin } });
      expect([answer.status, await answer.json()]).toEqual([403, { code: 4, message: "origin_not_allowed" }]);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      const socket = RawClient.unopened(server.url, { headers: { Origin } });
      expect(await socket.closed).toBe(1006);
      expect(socket.frames).toEqual([]);
      expect(server.realtime.io.engine.clientsCount).toBe(0);
    },
  );

  test("WS-SAFE-13 from a listed origin or from the server's own host is let in on both transports", async () => {
    for (const Origin of [listed, "http://localhost:3000", server.url, `https://127.0.0.1:${server.port}`]) {
      for (const transport of ["polling", "websocket"]) {
        const client = await TestClient.connected(server.url, {
          token: testToken(),
          transports: [transport],
          extraHeaders: { Origin },
        });
        client.close();
      }
    }
  });

  test("WS-SAFE-13 without an origin, as programs do, is let in", async () => {
    const client = await RawClient.connected(server.url);
    await client.cut();
    expect((await fetch(handshake())).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("WS-CONN-6 is answered with CORS headers for its origin alone, and without credentials", async () => {
    const { headers } = await fetch(handshake(), { headers: { Origin: listed } });
    expect(headers.get("access-control-allow-origin")).toBe(listed);
    expect(headers.get("vary")).toContain("Origin");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  });

  test("WS-CONN-6 is answered to a preflight for the methods and headers it needs, if its origin may connect", async () => {
    const preflight = (Origin: string) =>
      fetch(handshake(), {
        method: "OPTIONS",
        headers: {
          Origin,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "authorization,content-type",
        },
      });
    const allowed = await preflight(listed);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(listed);
    expect(allowed.headers.get("access-control-allow-methods")).toBe("GET,POST");
    expect(allowed.headers.get("access-control-allow-headers")).toBe("authorization,content-type");
    const refused = await preflight("https://evil.com");
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    expect(refused.headers.get("access-control-allow-methods")).toBeNull();
  });

  test("WS-CONN-6 a foreign origin may not read the answers of a session either", async () => {
    const request = await openPolling(server.url);
    const answer = await fetch(request, {
      method: "POST",
      body: "1",
      headers: { Origin: "https://evil.com" },
    });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("WS-SAFE-13 from anywhere is let in where every origin is allowed", async () => {
    const open = await startEmbedded({ corsOrigins: ["*"] });
    const { status, headers } = await fetch(handshake(open), { headers: { Origin: "https://evil.com" } });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([200, "https://evil.com"]);
    await open.close();
  });

  function handshake({ url } = server): string {
    return `${url}/socket.io/?EIO=4&transport=polling`;
  }
});
