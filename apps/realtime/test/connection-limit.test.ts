import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createTokenVerifier, type TokenVerifier } from "@roomcast/auth";
import { TestClient, testSecret, testToken, waitUntil } from "@roomcast/testkit";
import { refusal } from "./support/connect-error.ts";
import { type Embedded, startEmbedded } from "./support/embedded.ts";
import { RawClient } from "./support/raw-client.ts";

describe("with 2 connections allowed to a user", () => {
  let server: Embedded;
  let verify: TokenVerifier["verify"];
  beforeEach(async () => {
    const verifier = createTokenVerifier({ secret: testSecret });
    verify = (token) => verifier.verify(token);
    server = await startEmbedded({
      socket: { maxConnectionsPerUser: 2 },
      verifier: { verify: (token) => verify(token) },
    });
  });
  afterEach(() => server.close());

  test("WS-LIMIT-4 a third is refused, another user's is not, and one that ends makes room", async () => {
    const clients = await Promise.all(["/", "/ws"].map((namespace) => connect({ namespace })));
    const { message, data } = await refusal(server.url, { token: testToken() });
    expect(data).toEqual({ code: "too_many_connections", message, retryable: true });
    const other = await connect({ token: testToken("u2") });
    clients[0]?.close();
    await waitUntil("the first has gone", () => server.realtime.sessions.size === 2);
    const third = await connect();
    for (const client of [...clients, other, third]) client.close();
  });

  test("WS-LIMIT-4 a client that goes while its token is checked takes no place", async () => {
    const checked: Promise<unknown>[] = [];
    const now = verify;
    for (let n = 0; n < 4; n++) {
      const client = await RawClient.open(server.url);
      verify = (token) => {
        const done = client
          .cut()
          .then(() => waitUntil("it has gone", hasNone))
          .then(() => now(token));
        checked.push(done);
        return done;
      };
      client.connect();
      await client.closed;
    }
    await Promise.all(checked);
    verify = now;
    const clients = await Promise.all([connect(), connect()]);
    for (const client of clients) client.close();
  });

  test("WS-LIMIT-4 one that comes back to its session keeps its place", async () => {
    const [client, other] = await Promise.all([connect(), connect()]);
    client.breakConnection();
    expect((await client.next("connection.established")).event.data).toMatchObject({ recovered: true });
    expect((await refusal(server.url, { token: testToken() })).data).toMatchObject({
      code: "too_many_connections",
    });
    client.close();
    other.close();
  });

  function hasNone(): boolean {
    return server.realtime.io.engine.clientsCount === 0;
  }

  function connect(options = {}): Promise<TestClient> {
    return TestClient.connected(server.url, { token: testToken(), ...options });
  }
});
