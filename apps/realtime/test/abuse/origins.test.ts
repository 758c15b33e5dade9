import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TestClient, testToken } from "@roomcast/testkit";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { RawClient } from "../support/raw-client.ts";
import { openPolling } from "../support/raw-http.ts";

const listed = "https://good.com";

describe("a page that connects", () => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded({
      corsOrigins: [
        listed,
        "http://localhost:3000",
        "https://Shop.Example.com:443",
        "https://*.apps.example.com",
        "capacitor://localhost",
      ],
    });
  });
  afterAll(() => server.close());

  test("WS-SAFE-13 is told of in one log line a minute, with what to do", async () => {
    const Origin = "https://not-yet-listed.example.com";
    for (let n = 0; n < 3; n++) await fetch(handshake(), { headers: { Origin } });
    const lines = server.logLines.filter(
      (line) => line.includes(Origin) && !line.includes('"level":"debug"'),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("add it to CORS_ORIGINS");
  });

  const foreign = [
    "https://evil.com",
    "null",
    "https://good.com.evil.com",
    "https://evilgood.com",
    "https://evil.com/https://good.com",
    "http://good.com",
    "https://good.com:444",
    "https://good.com%20",
    "http://localhost:3001",
    "file://",
    "good.com",
    "",
    "http://127.0.0.1",
    "https://good.com/",
    "https://user@good.com",
    "https:good.com",
    "https://apps.example.com",
    "http://a.apps.example.com",
    "https://a.apps.example.com:8443",
    "https://evilapps.example.com",
    "https://a.apps.example.com.evil.com",
    "https://evil.com#.apps.example.com",
    "capacitor://localhost.evil.com",
    "ionic://localhost",
  ];
  test.each(foreign)(
    "SEC-13 WS-SAFE-13 from the foreign origin %j is refused on both transports",
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

  test.each([
    "https://GOOD.com",
    "https://good.com:443",
    "https://shop.example.com",
    "https://a.apps.example.com",
    "https://a.b.apps.example.com",
    "capacitor://localhost",
  ])("WS-SAFE-13 from %j, another text of a listed origin, is let in", async (Origin) => {
    const { status, headers } = await fetch(handshake(), { headers: { Origin } });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([200, Origin]);
    const client = await RawClient.open(server.url, { headers: { Origin } });
    await client.cut();
  });

  test.each([
    [200, { host: "rt.example.com", origin: "https://rt.example.com" }],
    [200, { host: "RT.example.com:443", origin: "https://rt.example.com" }],
    [200, { host: "rt.example.com:80", origin: "http://rt.example.com" }],
    [200, { host: "rt.example.com", origin: "https://rt.example.com", "x-forwarded-proto": "https" }],
    [403, { host: "rt.example.com", origin: "http://rt.example.com", "x-forwarded-proto": "https" }],
    [403, { host: "rt.example.com:8443", origin: "https://rt.example.com" }],
    [403, { host: "rt.example.com", origin: "https://evil.example.com" }],
  ])(
    "WS-SAFE-13 is answered %i with %j: the server's own pages are compared as origins",
    async (status, headers) => {
      const [answer] = (await once(get(handshake(), { headers }), "response")) as [IncomingMessage];
      answer.resume();
      expect(answer.statusCode).toBe(status);
    },
  );

  test("SEC-46 WS-SAFE-13 is asked for its origin on every request of a session, its upgrade included", async () => {
    const request = await openPolling(server.url);
    const headers = { Origin: "https://evil.com" };
    for (const init of [{}, { method: "POST", body: "3" }])
      expect((await fetch(request, { ...init, headers })).status).toBe(403);
    const upgrade = RawClient.unopened(server.url, {
      headers,
      query: new URL(request).search.replace("?EIO=4&transport=polling", ""),
    });
    expect(await upgrade.closed).toBe(1006);
    expect((await fetch(request, { method: "POST", body: "3" })).status).toBe(200);
  });

  test("SEC-46 WS-SAFE-13 cannot use JSONP, with which a script element would need no origin", async () => {
    expect((await fetch(`${handshake()}&j=0`)).status).toBe(400);
    const request = await openPolling(server.url);
    expect((await fetch(`${request}&j=0`)).status).toBe(400);
  });

  test("WS-SAFE-13 without an origin, as programs do, is let in", async () => {
    const client = await RawClient.connected(server.url);
    await client.cut();
    expect((await fetch(handshake())).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("WS-CONN-6 is answered with CORS headers for its origin alone, with credentials where it is listed", async () => {
    const { headers } = await fetch(handshake(), { headers: { Origin: listed } });
    expect(headers.get("access-control-allow-origin")).toBe(listed);
    expect(headers.get("vary")).toContain("Origin");
    expect(headers.get("access-control-allow-credentials")).toBe("true");
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
    expect(headers.get("access-control-allow-credentials")).toBeNull();
    await open.close();
  });

  function handshake({ url } = server): string {
    return `${url}/socket.io/?EIO=4&transport=polling`;
  }
});
