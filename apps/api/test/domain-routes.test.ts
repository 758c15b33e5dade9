import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type DomainRoute, domainTable } from "@roomcast/api";
import { exampleOf } from "@roomcast/events";
import { projectUpdate } from "./support/project-update.ts";
import { TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

/** The route's path with the ids of the example, and the rest of the example as the body. */
function requestFor({ path, event }: DomainRoute) {
  const data: Record<string, unknown> = Object.fromEntries(Object.entries(exampleOf(event)));
  const body = { ...data };
  const filled = path.replaceAll(/:(\w+)/g, (_match, name: string) => {
    delete body[name];
    return encodeURIComponent(String(data[name]));
  });
  return { path: `/api/v1${filled}`, body, data };
}

describe("every domain route announces its event", () => {
  test.each(domainTable.map((route) => [route.method.toUpperCase(), route.path, route] as const))(
    "%s %s",
    async (method, _path, route) => {
      const { path, body, data } = requestFor(route);
      const answer = await api.send(method, path, body, { headers: { "X-Correlation-Id": "c" } });
      const [entry] = await api.appended();
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({ id: entry?.envelope.id, position: expect.any(String) });
      expect(entry?.envelope).toMatchObject({ type: route.event, correlationId: "c", data });
    },
  );
});

describe("the ids of the path", () => {
  const { projectId, ...rest } = projectUpdate().data;

  test("may be repeated in the body", async () => {
    const answer = await api.send("PATCH", "/api/v1/projects/42", { projectId, ...rest });
    expect(answer.status).toBe(201);
    const issue = exampleOf("issue.updated");
    expect((await api.send("PATCH", `/api/v1/issues/${issue.number}`, issue)).status).toBe(201);
  });

  test("must not differ from the body's", async () => {
    const answer = await api.send("PATCH", "/api/v1/projects/7", { projectId, ...rest });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: "invalid_command", errors: [{ field: "projectId" }] },
    });
    expect(await api.appended()).toEqual([]);
  });

  test.each(["0", "-1", "1e3", "0x10", "seven", "9".repeat(20)])(
    "%p is no number of an issue",
    async (number) => {
      const answer = await api.send("PATCH", `/api/v1/issues/${number}`, exampleOf("issue.updated"));
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_command" } });
      expect(await api.appended()).toEqual([]);
    },
  );

  test.each<[string, string]>([
    ["a%0d%0ab", "invalid_event"],
    ["..%2f..%2fetc", "invalid_event"],
    ["%2A", "invalid_event"],
    ["x".repeat(65), "invalid_event"],
    ["%E0%A4%A", "invalid_command"],
  ])("%p is no id of a project", async (id, code) => {
    const answer = await api.send("PATCH", `/api/v1/projects/${id}`, rest);
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(await api.appended()).toEqual([]);
  });
});

describe("DELETE", () => {
  test("takes its data from the query, for clients that cannot send a body", async () => {
    const path = "/api/v1/projects/42?projectName=Apollo&deletedBy=ada";
    expect((await api.call("DELETE", path, null)).status).toBe(201);
    expect((await api.appended())[0]?.envelope).toMatchObject({
      type: "project.deleted",
      data: { projectId: "42", projectName: "Apollo", deletedBy: "ada" },
    });
  });

  test.each(["", "?deletedBy=a&deletedBy=b&projectName=x", "?__proto__=x", "?projectId=7"])(
    "with the query %p is refused",
    async (query) => {
      expect((await api.call("DELETE", `/api/v1/projects/42${query}`, null)).status).toBe(400);
      expect(await api.appended()).toEqual([]);
    },
  );
});

test("other routes do not take their data from the query", async () => {
  const answer = await api.call("POST", "/api/v1/projects?projectId=1", null);
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_command" } });
});
