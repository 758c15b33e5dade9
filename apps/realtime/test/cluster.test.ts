import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { projectUpdated, publish, TestClient, testToken } from "@roomcast/testkit";
import { type Cluster, startCluster } from "./support/cluster.ts";

describe("two replicas and one API over Redis", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(2);
  }, 60_000);
  afterAll(() => cluster.stop());

  test("WS-EVT-4, WS-EVT-5 1,000 events of 4 concurrent publishers arrive on both replicas, each once, in one order", async () => {
    const clients = await Promise.all(
      cluster.replicas.flatMap(({ url }, index) =>
        (["websocket", "polling"] as const).map((transport) =>
          TestClient.connected(url, { token: testToken(`u${index}-${transport}`), transports: [transport] }),
        ),
      ),
    );
    await Promise.all(clients.map((client) => client.subscribe("project:1")));
    const sent = await Promise.all(Array.from({ length: 4 }, (_, publisher) => publishMany(publisher, 250)));
    const received = await Promise.all(clients.map((client) => client.take(1_000, "project.updated")));
    const ids = received.map((events) => events.map(({ event }) => event.id));
    expect(new Set(ids[0])).toEqual(new Set(sent.flat()));
    for (const other of ids) expect(other).toEqual(ids[0]);
    for (const published of sent) {
      const mine = new Set(published);
      expect(ids[0]?.filter((id) => mine.has(id))).toEqual(published);
    }
    for (const client of clients) client.close();
  }, 60_000);

  test("a client is told of an event whichever replica it is on", async () => {
    const [one, two] = await Promise.all(
      cluster.replicas.map(({ url }) => TestClient.connected(url, { token: testToken() })),
    );
    await one?.subscribe("project:2");
    await two?.subscribe("project:2");
    const { body } = await publish(cluster.api.url, projectUpdated("2"));
    for (const client of [one, two]) {
      const { event, position } = (await client?.next("project.updated")) ?? {};
      expect(event).toMatchObject({ id: body.id, room: "project:2", data: { projectId: "2" } });
      expect(position).toBe(body.position);
      client?.close();
    }
  });

  async function publishMany(publisher: number, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const { status, body } = await publish(cluster.api.url, projectUpdated("1", { publisher, n }));
      expect(status).toBe(201);
      ids.push(body.id);
    }
    return ids;
  }
});
