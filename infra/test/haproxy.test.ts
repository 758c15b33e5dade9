import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type ReverseProxy, startHaproxy, waitUntil } from "@roomcast/testkit";
import { EchoServer } from "./support/echo-server.ts";
import { openWebSocket } from "./support/open-websocket.ts";

const polling = "/socket.io/?EIO=4&transport=polling";
const websocket = "/socket.io/?EIO=4&transport=websocket";

describe("haproxy", () => {
  const names = ["realtime-1", "realtime-2"];
  let replicas: EchoServer[];
  let proxy: ReverseProxy | undefined;

  beforeEach(async () => {
    replicas = names.map((name) => new EchoServer(name));
    const realtime = await Promise.all(replicas.map((replica) => replica.start()));
    proxy = await startHaproxy({ realtime });
  });

  afterEach(async () => {
    await proxy?.stop();
    await Promise.all(replicas.map((replica) => replica.stop()));
  });

  async function nameBehind(path: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${proxy?.url}${path}`, { headers });
    const { name } = (await response.json()) as { name: string };
    return { name, cookie: response.headers.get("set-cookie") };
  }

  async function namesOfNewWebSockets(): Promise<Set<string>> {
    const opened = await Promise.all(
      Array.from({ length: 8 }, () => openWebSocket(`${proxy?.url}${websocket}`)),
    );
    for (const { socket } of opened) socket.destroy();
    return new Set(opened.map(({ name }) => name));
  }

  test("names the replica in a cookie, which outweighs the address", async () => {
    const { name, cookie } = await nameBehind(polling);
    expect(cookie).toMatch(new RegExp(`^roomcast_replica=${name}; path=/; HttpOnly; SameSite=Lax$`));
    for (const wanted of names) {
      const answer = await nameBehind(`${polling}&sid=1`, { cookie: `roomcast_replica=${wanted}` });
      expect(answer).toEqual({ name: wanted, cookie: null });
    }
  });

  test("opens nothing new on a replica that is not ready, until it is", async () => {
    const [first] = replicas as [EchoServer];
    first.isReady = false;
    await waitUntil("only realtime-2 is used", async () => !(await namesOfNewWebSockets()).has("realtime-1"));
    expect((await nameBehind(polling)).name).toBe("realtime-2");
    first.isReady = true;
    await waitUntil("both are used again", async () => (await namesOfNewWebSockets()).size === 2);
  });
});
