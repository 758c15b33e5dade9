import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { freePort, type ReverseProxy, startHaproxy, startNginx, waitUntil } from "@roomcast/testkit";
import { type Echo, EchoServer } from "./support/echo-server.ts";
import { openWebSocket } from "./support/open-websocket.ts";

const polling = "/socket.io/?EIO=4&transport=polling";
const websocket = "/socket.io/?EIO=4&transport=websocket";

describe.each([
  ["nginx", startNginx],
  ["haproxy", startHaproxy],
])("%s", (_, start) => {
  const replicas = [new EchoServer("realtime-1"), new EchoServer("realtime-2")];
  const api = new EchoServer("api");
  let ports: number[];
  let apiPort: number;
  let proxy: ReverseProxy | undefined;

  beforeAll(async () => {
    ports = await Promise.all(replicas.map((replica) => replica.start()));
    apiPort = await api.start();
    proxy = await start({ realtime: ports, api: [apiPort] });
  });

  afterAll(async () => {
    await proxy?.stop();
    await Promise.all([...replicas, api].map((server) => server.stop()));
  });

  /** The proxy's address, once it runs. */
  const at = (path: string) => `${proxy?.url}${path}`;

  async function get(path: string, headers: Record<string, string> = {}): Promise<Echo> {
    const response = await fetch(at(path), { headers });
    expect(response.status).toBe(200);
    return (await response.json()) as Echo;
  }

  /** The name of who answers, or nothing if the proxy closed the idle connection that the request was sent on. */
  const answering = () =>
    get(polling).then(
      ({ name }) => name,
      () => "",
    );

  test("sends /api/ to the API and /socket.io/ to the replicas", async () => {
    expect((await get("/api/v1/events")).name).toBe("api");
    expect((await get(polling)).name).toMatch(/^realtime-/);
  });

  test("answers /health itself and hides every other path", async () => {
    expect((await fetch(at("/health"))).status).toBe(200);
    for (const path of ["/", "/metrics", "/ready", "/socket.iox/", "/apix"]) {
      expect((await fetch(at(path))).status).toBe(404);
    }
  });

  test("sets the forwarding headers and lets none from outside through", async () => {
    const claims = { "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6", "x-forwarded-proto": "https" };
    const { headers } = await get("/api/v1/events", claims);
    expect(headers).toMatchObject({ "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http" });
    expect(JSON.stringify(headers)).not.toContain("6.6.6.6");
    expect(headers.host).toBe(`127.0.0.1:${proxy?.port}`);
  });

  test("keeps a polling session, its upgrade included, on one replica", async () => {
    const { name } = await get(polling);
    for (let n = 0; n < 6; n++) expect((await get(`${polling}&sid=${n}`)).name).toBe(name);
    const upgraded = await openWebSocket(at(`${websocket}&sid=0`));
    upgraded.socket.destroy();
    expect(upgraded.name).toBe(name);
  });

  test("spreads connections that open as a WebSocket over the replicas, and passes data both ways", async () => {
    const opened = await Promise.all(Array.from({ length: 16 }, () => openWebSocket(at(websocket))));
    expect(new Set(opened.map(({ name }) => name)).size).toBe(2);
    for (const { socket } of opened) {
      socket.write("ping");
      expect(String((await once(socket, "data"))[0])).toBe("ping");
      socket.destroy();
    }
  });

  test("SEC-12 SEC-50 writes no token of a query to a log, even where the request fails", async () => {
    await proxy?.reload({ realtime: [await freePort()], api: [apiPort] });
    const token = "eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0";
    const headers = { referer: `https://app.example.com/?token=${token}` };
    await waitUntil("the request fails", async () => {
      const { status } = await fetch(at(`${polling}&token=${token}`), { headers });
      return status >= 502;
    });
    expect(proxy?.output).not.toContain(token);
    await proxy?.reload({ realtime: ports, api: [apiPort] });
    await waitUntil("the replicas answer", async () => (await answering()) !== "");
  });

  test("keeps open connections through a reload and uses the new replicas from then on", async () => {
    const { socket } = await openWebSocket(at(websocket));
    const another = new EchoServer("another");
    await proxy?.reload({ realtime: [await another.start()], api: [apiPort] });
    // A worker of before may take a last connection.
    await waitUntil("the new replica answers", async () => (await answering()) === "another");
    socket.write("still here");
    expect(String((await once(socket, "data"))[0])).toBe("still here");
    socket.destroy();
    await proxy?.reload({ realtime: ports, api: [apiPort] });
    await waitUntil("the old replicas answer", async () => (await answering()).startsWith("realtime-"));
    await another.stop();
  });
});
