import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import * as events from "@roomcast/events";
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

interface FieldSource {
  name: string;
  optional: boolean;
  /** The field's TypeScript type as it is written. */
  type: string;
}

const folder = new URL("../src/models/", import.meta.url);
const source = readdirSync(folder)
  .map((file) => readFileSync(new URL(file, folder), "utf8"))
  .join("\n");

const models = new Map(
  [...source.matchAll(/^(?:export )?class (\w+)(?: extends (\w+))? \{(.*?)\}$/gms)].map(
    ([, name = "", parent, body = ""]) => [name, { parent, fields: fieldsIn(body) }],
  ),
);

function fieldsIn(body: string): FieldSource[] {
  return [...body.matchAll(/^ {2}(\w+)([!?]): (.+);$/gm)].map(([, name = "", mark, type = ""]) => ({
    name,
    optional: mark === "?",
    type,
  }));
}

/** The fields of a model as its source has them, inherited ones first. */
function fieldsInSource(name: string): FieldSource[] {
  const model = models.get(name);
  if (model === undefined) throw new Error(`no source of ${name}`);
  return [...(model.parent === undefined ? [] : fieldsInSource(model.parent)), ...model.fields];
}

function jsonType(type: string): events.FieldType {
  if (type.endsWith("[]")) return "array";
  if (type.startsWith("Record<")) return "object";
  return type === "number" || type === "boolean" ? type : "string";
}

/** The values of the enum that the type names: undefined for no enum, all of them for `ValueOf<Enum>`. */
function valuesOf(type: string): readonly unknown[] | undefined {
  const name = /^ValueOf<(\w+)>$/.exec(type)?.[1];
  return name === undefined ? undefined : Object.values(Reflect.get(events, name) as object);
}

describe("the type and the validation of an event's data", () => {
  test.each(eventTypes)("agree: %s", (type) => {
    const validated = [...events.fieldsOf(type).values()];
    const typed = fieldsInSource(events.catalogue[type].data.name);
    expect(validated.map(({ name, type, required }) => ({ name, type, optional: !required }))).toEqual(
      typed.map(({ name, type, optional }) => ({ name, type: jsonType(type), optional })),
    );
  });

  test.each(eventTypes)("agree on the values a field can have: %s", (type) => {
    for (const field of fieldsInSource(events.catalogue[type].data.name)) {
      const values = events.fieldsOf(type).get(field.name)?.values;
      expect([field.name, values !== undefined]).toEqual([field.name, field.type.startsWith("ValueOf<")]);
      expect(values).toEqual(valuesOf(field.type) ?? values);
    }
  });
});
