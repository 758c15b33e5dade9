import { describe, expect, test } from "@jest/globals";
import { declaredFields, exampleOf, fieldsOf } from "@roomcast/events";
import { eventTypes } from "./support/parse.ts";

const jsonTypeOf = (value: unknown) => (Array.isArray(value) ? "array" : typeof value);

describe("the declared fields of an event", () => {
  test("are those of its model, inherited ones first", () => {
    expect([...declaredFields("project.updated")]).toEqual([
      "projectId",
      "projectName",
      "repositoryUrl",
      "status",
      "updatedBy",
      "changes",
    ]);
  });

  test("tell type, values and whether they are required", () => {
    const fields = fieldsOf("project.updated");
    expect(fields.get("projectId")).toEqual({ name: "projectId", type: "string", required: true });
    expect(fields.get("repositoryUrl")).toEqual({ name: "repositoryUrl", type: "string", required: false });
    expect(fields.get("changes")).toEqual({ name: "changes", type: "object", required: true });
    expect(fields.get("status")).toEqual({
      name: "status",
      type: "string",
      required: true,
      values: ["active", "paused", "archived", "error"],
    });
    expect(fieldsOf("workflow.failed").get("status")?.values).toEqual(["failed", "cancelled"]);
    expect(fieldsOf("pr.created").get("labels")).toMatchObject({ type: "array", items: "string" });
    expect(fieldsOf("system.health_status").get("components")).toMatchObject({
      type: "array",
      items: "object",
    });
  });

  test.each(eventTypes)("have the types of the example: %s", (type) => {
    const example = Object.entries(exampleOf(type)).map(
      ([name, value]) => [name, jsonTypeOf(value)] as const,
    );
    const declared = [...fieldsOf(type).values()].map((field) => [field.name, field.type] as const);
    expect(new Map(declared)).toEqual(new Map<string, string>(example));
  });

  test("know nothing of other objects' properties", () => {
    for (const name of ["__proto__", "constructor", "toString", "length"]) {
      expect(declaredFields("project.updated").has(name)).toBe(false);
    }
  });

  test("are worked out once", () => {
    expect(declaredFields("pr.closed")).toBe(declaredFields("pr.closed"));
    expect(fieldsOf("pr.closed")).toBe(fieldsOf("pr.closed"));
  });
});
