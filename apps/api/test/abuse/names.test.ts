import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { exampleOf } from "@roomcast/events";
import { projectUpdate } from "../support/project-update.ts";
import { TestApi } from "../support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(async () => {
  expect(await api.appended()).toEqual([]);
  await api.close();
});

const inherited = [
  "toString",
  "valueOf",
  "hasOwnProperty",
  "isPrototypeOf",
  "__defineGetter__",
  "toLocaleString",
];

describe("SEC-52 a name that every object inherits is no name that is known", () => {
  test.each(inherited)("%s as a field of the data, of a part of it, and beside it", async (name) => {
    const health = exampleOf("system.health_status");
    const component = { name: "database", status: "healthy", [name]: 1 };
    const bodies = [
      projectUpdate({ [name]: 1 }),
      projectUpdate({}, { [name]: 1 }),
      { events: [projectUpdate()], [name]: 1 },
      { type: "system.health_status", data: Object.assign(health, { components: [component] }) },
      projectUpdate({}, { type: name }),
      projectUpdate({}, { rooms: [`${name}:1`] }),
    ];
    for (const body of bodies) {
      const answer = await api.send("POST", "/api/v1/events", body);
      expect([answer.status, answer.body.detail]).toEqual([400, expect.any(String)]);
    }
  });

  test.each(["__proto__", "constructor", "prototype"])(
    "%s deep in the data is named, with the reason",
    async (name) => {
      const text = JSON.stringify(projectUpdate()).replace('"name":', `"a":[{"${name}":{}}],"name":`);
      const answer = await api.call("POST", "/api/v1/events", text, {
        headers: { "Content-Type": "application/json" },
      });
      expect(answer).toMatchObject({
        status: 400,
        body: {
          code: "invalid_event",
          detail: expect.stringMatching(/could reach a prototype.*rename/),
          errors: [{ field: `changes.a[0].${name}` }],
        },
      });
      expect({}).not.toHaveProperty("isAdmin");
    },
  );
});
