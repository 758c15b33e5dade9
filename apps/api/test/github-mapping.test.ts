import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { catalogue, type EventDefinition, isEventType, parseModel } from "@roomcast/events";
import { deliver, githubExamples, type Payload } from "./support/github.ts";
import { TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

function example(event: string, action: string): Payload {
  const found = githubExamples(event).find((payload) => payload.action === action);
  if (found === undefined) throw new Error(`no example of ${event} ${action}`);
  return found;
}

const post = (event: string, payload: unknown, query = "") =>
  deliver(api, JSON.stringify(payload), { event, query });
const announced = async () => (await api.appended()).at(-1)?.envelope;

describe("a pull request", () => {
  test("that was opened carries what its page shows", async () => {
    await post("pull_request", example("pull_request", "opened"));
    expect(await announced()).toMatchObject({
      type: "pr.created",
      data: {
        projectId: "186853002",
        repository: "Codertocat/Hello-World",
        number: 2,
        title: "Update the README with new information.",
        url: "https://github.com/Codertocat/Hello-World/pull/2",
        author: "Codertocat",
        sender: "Codertocat",
        state: "open",
        draft: false,
        merged: false,
        baseBranch: "master",
        headBranch: "changes",
        createdAt: "2019-05-15T15:20:33Z",
      },
    });
  });

  test("that was merged says when and by whom", async () => {
    const payload = example("pull_request", "closed");
    const pullRequest = payload.pull_request as Record<string, unknown>;
    const merged = { merged: true, merged_at: "2019-05-15T15:21:18Z", merged_by: { login: "grace" } };
    await post("pull_request", { ...payload, pull_request: { ...pullRequest, ...merged } });
    expect(await announced()).toMatchObject({
      type: "pr.closed",
      data: {
        state: "closed",
        merged: true,
        closedAt: "2019-05-15T15:21:18Z",
        mergedAt: "2019-05-15T15:21:18Z",
        mergedBy: "grace",
      },
    });
  });

  test("of a deleted account is the ghost's", async () => {
    const payload = example("pull_request", "opened");
    const pullRequest = { ...(payload.pull_request as object), user: null };
    await post("pull_request", { ...payload, pull_request: pullRequest });
    expect(await announced()).toMatchObject({ data: { author: "ghost" } });
  });
});

describe("an issue", () => {
  test("that was labelled is updated, with GitHub's action", async () => {
    await post("issues", example("issues", "labeled"));
    expect(await announced()).toMatchObject({
      type: "issue.updated",
      data: { action: "labeled", number: 1, labels: ["bug"], assignees: ["Codertocat"], milestone: "v1.0" },
    });
  });

  test("that was closed says when and why", async () => {
    const payload = example("issues", "edited");
    const ending = { state: "closed", closed_at: "2026-01-02T03:04:05Z", state_reason: "not_planned" };
    await post("issues", {
      ...payload,
      action: "closed",
      issue: { ...(payload.issue as object), ...ending },
    });
    expect(await announced()).toMatchObject({
      type: "issue.closed",
      data: { state: "closed", closedAt: "2026-01-02T03:04:05Z", stateReason: "not_planned" },
    });
  });
});

describe("the project", () => {
  const opened = () => example("issues", "opened");

  test("is the one the webhook's address names", async () => {
    await post("issues", opened(), "?projectId=shop");
    expect(await announced()).toMatchObject({ room: "project:shop", data: { projectId: "shop" } });
  });

  test.each(["?projectId=", "?projectId=a:b", "?projectId=a%0d%0a", "?projectId=a&projectId=b"])(
    "%p is refused",
    async (query) => {
      expect((await post("issues", opened(), query)).status).toBe(400);
      expect(await api.appended()).toEqual([]);
    },
  );
});

describe("a payload of another shape is 400 and its field is named", () => {
  const opened = example("issues", "opened");
  const issue = opened.issue as object;

  test.each<[string, unknown, string]>([
    ["a list", [], "payload"],
    ["no action", { ...opened, action: 7 }, "payload.action"],
    ["no issue", { ...opened, issue: null }, "payload.issue"],
    ["no repository", { ...opened, repository: undefined }, "payload.repository"],
    ["a title that is no text", { ...opened, issue: { ...issue, title: {} } }, "payload.issue.title"],
    ["a number that is none", { ...opened, issue: { ...issue, number: "1" } }, "payload.issue.number"],
    ["labels that are none", { ...opened, issue: { ...issue, labels: [7] } }, "payload.issue.labels[0]"],
  ])("%s", async (_what, payload, field) => {
    expect(await post("issues", payload)).toMatchObject({
      status: 400,
      body: { code: "invalid_command", errors: [{ field }] },
    });
  });

  test("a state the catalogue does not know", async () => {
    const payload = { ...opened, issue: { ...issue, state: "melted" } };
    expect(await post("issues", payload)).toMatchObject({
      status: 400,
      body: { code: "invalid_event", errors: [{ field: "state" }] },
    });
  });

  afterEach(async () => expect(await api.appended()).toEqual([]));
});

describe("the examples of GitHub", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  const suffixes: Record<string, string> = { opened: "created", closed: "closed" };

  describe.each([
    ["pull_request", "pr"],
    ["issues", "issue"],
  ])("every example GitHub gives of %s becomes a valid %s event", (event, prefix) => {
    test.each(githubExamples(event).map((payload, index) => [index, payload.action, payload] as const))(
      "number %d: %s",
      async (_index, action, payload) => {
        const before = (await api.appended()).length;
        const answer = await deliver(api, JSON.stringify(payload), { event });
        expect(answer.status).toBe(201);

        const [appended, ...others] = (await api.appended()).slice(before);
        expect(others).toEqual([]);
        expect(appended?.envelope).toMatchObject({
          id: answer.body.id,
          type: `${prefix}.${suffixes[action] ?? "updated"}`,
          room: `project:${(payload.repository as { id: number }).id}`,
        });
        expectValid(appended?.envelope.type, appended?.envelope.data);
        if (suffixes[action] === undefined) expect(appended?.envelope.data).toMatchObject({ action });
      },
    );
  });

  function expectValid(type: unknown, data: unknown): void {
    if (!isEventType(type)) throw new Error(`${String(type)} is no event`);
    const { data: model } = catalogue[type] as EventDefinition;
    expect(() => parseModel(model, data, "invalid_event")).not.toThrow();
  }
});
