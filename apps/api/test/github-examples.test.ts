import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { catalogue, type EventDefinition, isEventType, parseModel } from "@roomcast/events";
import { deliver, githubExamples } from "./support/github.ts";
import { TestApi } from "./support/test-api.ts";

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
