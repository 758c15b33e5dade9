import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { projectUpdated, publish, TestClient, testToken, waitUntil } from "@roomcast/testkit";
import { type Cluster, startCluster } from "./support/cluster.ts";
import { wireVariants } from "./support/wire-variants.ts";

/**
 * Both parsers, and both with and without deflated events. A parser and deflating touch each other in the frames alone,
 * for which the tests of the fan-out take all four.
 */
const variants = wireVariants.filter(({ name }) => name === "plain JSON" || name === "deflated msgpack");

describe.each(variants)("a stock client that lost its connection, over $name,", (wire) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(2, { HISTORY_AGENT_EVENTS: "3", ...wire.env });
  }, 60_000);
  afterAll(() => cluster.stop());

  const api = () => cluster.api.url;
  const send = async (project: string, n: number) =>
    (await publish(api(), projectUpdated(project, { n }))).body;
  const numbers = (events: { event: { data: Record<string, unknown> } }[]) =>
    events.map(({ event }) => (event.data.changes as { n: number }).n);

  for (const transport of ["websocket", "polling"] as const) {
    describe(`over ${transport}`, () => {
      test("WS-POS-2, WS-POS-4 comes back recovered, with its rooms and everything it missed, in order, before anything newer", async () => {
        const room = `r-${transport}`;
        const client = await connect(0, { transports: [transport] });
        await client.subscribe(`project:${room}`);
        await send(room, 1);
        await client.next("project.updated");
        client.socket.io.reconnectionDelay(800);
        client.breakConnection();
        for (let n = 2; n <= 6; n++) await send(room, n);
        await client.reconnected();
        expect(client.socket.recovered).toBe(true);
        await send(room, 7);
        expect(numbers(await client.take(6, "project.updated"))).toEqual([2, 3, 4, 5, 6, 7]);
        const established = await client.next("connection.established");
        expect(established.event.data).toMatchObject({ recovered: true });
        client.close();
      });
    });
  }

  test("WS-FILT-5 keeps its filters", async () => {
    const client = await connect(0);
    await client.subscribe("project:f", { filters: { updatedBy: ["u1"] } });
    client.breakConnection();
    await publish(api(), { ...projectUpdated("f"), data: { ...projectUpdated("f").data, updatedBy: "u9" } });
    await send("f", 2);
    await client.reconnected();
    expect(client.socket.recovered).toBe(true);
    expect(numbers([await client.next("project.updated")])).toEqual([2]);
    client.close();
  });

  test("WS-FILT-6 is told positions although its filter lets nothing through, and is not reset for what it did not want", async () => {
    const client = await connect(0);
    await client.subscribe("agent:q", { filters: { agentName: "someone else" } });
    for (let n = 0; n < 10; n++) await publish(api(), agentStatus("q"));
    await client.next("position.advanced");
    client.breakConnection();
    await client.reconnected();
    await client.next("connection.established");
    expect(client.unread).not.toContain("room.reset");
    client.close();
  });

  test("WS-RESET-1, WS-RESET-2 is told which room could not be bridged, and of the others misses nothing", async () => {
    const client = await connect(0);
    await client.subscribe("project:b");
    await client.subscribe("agent:a");
    await send("b", 1);
    await client.next("project.updated");
    client.socket.io.reconnectionDelay(800);
    client.breakConnection();
    for (let n = 0; n < 5; n++) expect((await publish(api(), agentStatus("a"))).status).toBe(201);
    await send("b", 2);
    await client.reconnected();
    expect(client.socket.recovered).toBe(true);
    const reset = await client.next("room.reset");
    expect(reset.event).toMatchObject({ room: "agent:a", data: { room: "agent:a", reason: "trimmed" } });
    expect(reset.position).toBeUndefined();
    expect(numbers([await client.next("project.updated")])).toEqual([2]);
    await publish(api(), agentStatus("a"));
    await client.next("agent.status_changed");
    expect(client.unread.filter((name) => name === "agent.status_changed")).toEqual([]);
    client.close();
  });

  test("WS-RESET-6 is told again of a gap if it broke off before it heard of it", async () => {
    const client = await connect(0);
    await client.subscribe("agent:gap");
    const { position: offset } = await client.next("connection_established");
    for (let n = 0; n < 5; n++) expect((await publish(api(), agentStatus("gap"))).status).toBe(201);
    await client.take(5, "agent.status_changed");
    await client.subscribe("project:gap", { since: "nosuch.5" });
    // As if nothing of all this had reached it.
    const auth = { token: testToken(), pid: (client.socket as unknown as { _pid: string })._pid, offset };
    client.close();
    for (const replica of [1, 0]) {
      const again = new TestClient(cluster.replicas[replica]?.url ?? "", { ...wire.client, auth });
      const resets = await again.take(2, "room.reset");
      const reasons = resets.map(({ event }) => [event.room, event.data.reason]);
      expect(new Map(reasons as [string, string][])).toEqual(
        new Map([
          ["agent:gap", "trimmed"],
          ["project:gap", "epoch"],
        ]),
      );
      again.close();
    }
  });

  test("is told of a gap no more once it has come back behind it", async () => {
    const client = await connect(0);
    await client.subscribe("project:quiet", { since: "nosuch.5" });
    await client.next("room.reset");
    for (let n = 0; n < 3; n++) {
      client.breakConnection();
      await client.reconnected();
      await client.next("connection.established");
      expect(client.socket.recovered).toBe(true);
    }
    // `subscribe` gives no position: the first time the server cannot know.
    expect(client.unread.filter((name) => name === "room.reset").length).toBeLessThanOrEqual(1);
    client.close();
  });

  test("SEC-11 WS-POS-5 is a fresh session when the pid is another user's, altered, or unknown", async () => {
    const client = await connect(0, { token: testToken("owner") });
    await client.subscribe("project:own");
    const pid = (client.socket as unknown as { _pid: string })._pid;
    const { position } = await client.next("connection_established");
    for (const stolen of [pid, `${pid.slice(0, -2)}zz`, "x", { a: 1 }]) {
      const thief = new TestClient(cluster.replicas[1]?.url ?? "", {
        ...wire.client,
        auth: { token: testToken("thief"), pid: stolen, offset: position },
      });
      const { event } = await thief.next("connection.established");
      expect(event.data).toMatchObject({
        userId: "thief",
        recovered: false,
        rooms: ["user:thief", "global"],
      });
      thief.close();
    }
    client.close();
  });

  test("WS-POS-7 an older live connection of the same session is cut", async () => {
    const client = await connect(0, { reconnection: false });
    const pid = (client.socket as unknown as { _pid: string })._pid;
    const { position } = await client.next("connection_established");
    const second = new TestClient(cluster.replicas[1]?.url ?? "", {
      ...wire.client,
      auth: { token: testToken(), pid, offset: position },
    });
    await second.next("connection.established");
    await waitUntil("the older connection is cut", () => !client.socket.connected);
    second.close();
  });

  describe("subscribe with `since`", () => {
    test("WS-SUB-5 sends what came after the position, before anything newer", async () => {
      const client = await connect(0);
      const first = await send("s", 1);
      for (let n = 2; n <= 4; n++) await send("s", n);
      const ack = await client.subscribe("project:s", { since: first.position });
      expect(ack).toMatchObject({ room: "project:s", replayed: 3 });
      await send("s", 5);
      expect(numbers(await client.take(4, "project.updated"))).toEqual([2, 3, 4, 5]);
      client.close();
    });

    test("WS-POS-8 a client that breaks off in the middle of the replay resumes there, in all of its rooms", async () => {
      const client = await connect(0);
      const first = await send("m", 1);
      await client.subscribe("project:live");
      for (let n = 2; n <= 5; n++) await send("m", n);
      await send("live", 100);
      await client.next("project.updated");
      await client.subscribe("project:m", { since: first.position });
      const replayed = await client.take(4, "project.updated");
      // As if the connection had broken after the second replayed event.
      const auth = {
        token: testToken(),
        pid: (client.socket as unknown as { _pid: string })._pid,
        offset: replayed[1]?.position,
      };
      client.close();
      const again = new TestClient(cluster.replicas[1]?.url ?? "", { ...wire.client, auth });
      expect(numbers(await again.take(2, "project.updated"))).toEqual([4, 5]);
      await send("live", 101);
      expect(numbers([await again.next("project.updated")])).toEqual([101]);
      again.close();
    });

    test("SEC-24 a position of an unknown epoch is a reset and the way on is live", async () => {
      const client = await connect(0);
      await client.subscribe("project:e", { since: "nosuch.5" });
      expect((await client.next("room.reset")).event.data).toMatchObject({
        room: "project:e",
        reason: "epoch",
      });
      await send("e", 1);
      expect(numbers([await client.next("project.updated")])).toEqual([1]);
      client.close();
    });
  });

  /** The last of the tests: it leaves one replica. */
  test("WS-POS-3 comes back on another replica when its own is killed", async () => {
    const client = await connect(0);
    await client.subscribe("project:k");
    await send("k", 1);
    await client.next("project.updated");
    const [dying, living] = cluster.replicas;
    dying?.kill("SIGKILL");
    await dying?.process.exited;
    await send("k", 2);
    // What a load balancer would do.
    (client.socket.io as unknown as { uri: string }).uri = living?.url ?? "";
    await client.reconnected();
    expect(client.socket.recovered).toBe(true);
    await send("k", 3);
    expect(numbers(await client.take(2, "project.updated"))).toEqual([2, 3]);
    client.close();
  });

  function connect(replica: number, options = {}): Promise<TestClient> {
    const url = cluster.replicas[replica]?.url ?? "";
    return TestClient.connected(url, { token: testToken(), ...wire.client, ...options });
  }

  function agentStatus(agentId: string) {
    const data = { agentId, agentName: "A", status: "idle" };
    return { type: "agent.status_changed", data };
  }
});
