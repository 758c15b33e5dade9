import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { catalogue, type EventDefinition, type EventType, parseModel } from "@roomcast/events";
import { type RoomcastProcess, startRoomcast, TestClient, testToken } from "@roomcast/testkit";

interface Payload {
  action: string;
  repository: { id: number };
}

const secret = "webhook-secret-for-tests";
const all = createRequire(import.meta.url)("@octokit/webhooks-examples") as {
  name: string;
  examples: Payload[];
}[];
const examplesOf = (event: string) => all.find(({ name }) => name === event)?.examples ?? [];

let server: RoomcastProcess;
let client: TestClient;
beforeAll(async () => {
  server = await startRoomcast("standalone", { env: { GITHUB_WEBHOOK_SECRET: secret } });
  client = await TestClient.connected(server.url, { token: testToken() });
}, 30_000);
afterAll(async () => {
  client.close();
  await server.stop();
});

let deliveries = 0;

function post(event: string, body: string, signature: string): Promise<Response> {
  return fetch(`${server.url}/api/v1/webhooks/github`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": `delivery-${deliveries++}`,
      "x-hub-signature-256": signature,
    },
    body,
  });
}

const sign = (body: string, key: string) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;

describe.each([
  ["pull_request", "pr"],
  ["issues", "issue"],
])("GitHub's %s", (event, family) => {
  test("every real payload reaches a subscribed client as a valid event, in order", async () => {
    const payloads = examplesOf(event);
    expect(payloads.length).toBeGreaterThan(20);
    for (const room of new Set(payloads.map(({ repository }) => `project:${repository.id}`)))
      await client.subscribe(room);
    for (const payload of payloads) {
      const body = JSON.stringify(payload);
      expect((await post(event, body, sign(body, secret))).status).toBe(201);
    }
    for (const { action, repository } of payloads) {
      const suffix = { opened: "created", closed: "closed" }[action] ?? "updated";
      const received = await client.next(`${family}.${suffix}`);
      expect(received.event.room).toBe(`project:${repository.id}`);
      const { data } = catalogue[received.name as EventType] as EventDefinition;
      expect(() => parseModel(data, received.event.data, "invalid_event")).not.toThrow();
    }
  });

  test("a wrong signature gets 401 and reaches nobody", async () => {
    const body = JSON.stringify(examplesOf(event)[0]);
    const before = client.received.length;
    const response = await post(event, body, sign(body, "another secret"));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "invalid_signature" });
    await client.call("ping");
    expect(client.received.length).toBe(before);
  });
});
