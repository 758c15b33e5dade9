import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { token } from "./support/credentials.ts";
import { TestApi } from "./support/test-api.ts";

describe("POST /api/v1/revocations", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.start();
  });
  afterEach(() => api.close());

  const revoke = (body: unknown, options = {}) => api.send("POST", "/api/v1/revocations", body, options);
  const publish = (bearer: string) =>
    api.send("POST", "/api/v1/events", { type: "system.heartbeat", data: {} }, { bearer });

  test("puts a control entry into the log and answers what was revoked", async () => {
    const { status, body } = await revoke({ userId: "ada", room: "project:1" });
    expect(status).toBe(201);
    expect(body).toMatchObject({ userId: "ada", room: "project:1", at: expect.any(String) });
    const [entry] = await api.appended();
    expect(entry).toMatchObject({ kind: "control", type: "revoke", rooms: [], transient: true });
  });

  test("refuses the user's tokens from then on", async () => {
    const bearer = token();
    expect((await publish(bearer)).status).not.toBe(401);
    await revoke({ userId: "ada" });
    expect(await publish(bearer)).toMatchObject({ status: 401, body: { code: "revoked" } });
    expect((await publish(token({ userId: "bob" }))).body.code).not.toBe("revoked");
  });

  test("SEC-41 needs an API key or the scope `revoke`", async () => {
    expect((await revoke({ userId: "bob" }, { bearer: token() })).status).toBe(403);
    expect((await revoke({ userId: "bob" }, { bearer: token({ scope: "revoke" }) })).status).toBe(201);
    expect((await revoke({ userId: "bob" }, { bearer: null })).status).toBe(401);
  });

  test.each([
    [{}, "invalid_command"],
    [{ userId: "a b" }, "invalid_command"],
    [{ userId: "ada", tokenId: 1 }, "invalid_command"],
    [{ userId: "ada", tokenID: "x" }, "invalid_command"],
    [{ userId: "ada", tokenId: "x", room: "project:1" }, "invalid_command"],
    [{ userId: "ada", room: "project:*" }, "invalid_room"],
  ])("refuses %j", async (body, code) => {
    expect(await revoke(body)).toMatchObject({ status: 400, body: { code } });
    expect(await api.appended()).toEqual([]);
  });
});
