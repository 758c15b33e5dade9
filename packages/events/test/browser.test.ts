import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "roomcast",
  });
  return outputFiles[0]?.text ?? "";
}

describe("in a browser", () => {
  let code: string;

  /** Runs a script after the bundle where there is nothing but the language: no Node, no DOM. */
  const evaluate = (script: string): unknown =>
    JSON.parse(String(runInContext(`${code};JSON.stringify(${script})`, createContext({}))));

  beforeAll(async () => {
    code = await bundle();
  });

  test("the package needs nothing of Node", () => {
    expect(evaluate("[typeof process, typeof Buffer, typeof require]")).toEqual(Array(3).fill("undefined"));
    expect(evaluate("Object.keys(roomcast.catalogue).length")).toBe(31);
  });

  test("every example validates", () => {
    const script = `Object.keys(roomcast.catalogue).filter((type) => {
      const example = roomcast.exampleOf(type);
      const data = roomcast.parseModel(roomcast.catalogue[type].data, example, "invalid_event");
      return JSON.stringify(Object.keys(data).sort()) !== JSON.stringify(Object.keys(example).sort());
    })`;
    expect(evaluate(script)).toEqual([]);
  });

  test("bad data is refused with the fields named", () => {
    const script = `(() => {
      try {
        const data = { ...roomcast.exampleOf("project.updated"), status: "lost" };
        roomcast.parseModel(roomcast.ProjectUpdated, data, "invalid_event");
      } catch (error) {
        return error.toBody();
      }
    })()`;
    expect(evaluate(script)).toMatchObject({ code: "invalid_event", details: [{ field: "status" }] });
  });

  test("declared fields, rooms and positions work", () => {
    expect(evaluate('[...roomcast.declaredFields("project.deleted")]')).toContain("deletedBy");
    expect(evaluate('roomcast.parseRoom("project:42")')).toMatchObject({ kind: "project", id: "42" });
    expect(evaluate('roomcast.parsePosition("e1.5")')).toEqual({ epoch: "e1", offset: 5 });
  });

  test("it stays small enough for a page", () => {
    expect(gzipSync(code).byteLength).toBeLessThan(60_000);
  });
});
