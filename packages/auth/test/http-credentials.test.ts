import { describe, expect, test } from "@jest/globals";
import { createApiKeyVerifier, parseApiKeys } from "@roomcast/auth";

const one = "0123456789abcdef";
const two = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

describe("parseApiKeys", () => {
  test("reads names and secrets, blanks around them left out", () => {
    expect(parseApiKeys(`ci:${one}, backend.eu-1:${two}`)).toEqual([
      { name: "ci", secret: one },
      { name: "backend.eu-1", secret: two },
    ]);
  });

  test.each([
    ["nothing", ""],
    ["a comma too many", `ci:${one},`],
    ["no name", `:${one}`],
    ["no secret", "ci:"],
    ["no colon", one],
    ["a name with blanks", `c i:${one}`],
    ["a secret a Bearer header cannot carry", `ci:${one} ${one}`],
    ["a secret of 15 characters", `ci:${one.slice(1)}`],
    ["a name twice", `ci:${one},ci:${two}`],
    ["a secret twice", `ci:${one},backend:${one}`],
  ])("%s is an error", (_title, text) => {
    expect(() => parseApiKeys(text)).toThrow("bad API keys: part");
  });

  test("one error lists every bad part and shows no secret", () => {
    const parse = () => parseApiKeys(`ci:${one},${two},backend:short-secret,ci:${two}`);
    const expected =
      "bad API keys: part 2: expected <name>:<secret>; " +
      "part 3: the secret is shorter than 16 characters; part 4: the name is taken";
    expect(parse).toThrow(new Error(expected));
  });
});

describe("createApiKeyVerifier", () => {
  const verify = createApiKeyVerifier(parseApiKeys(`ci:${one},backend:${two}`));

  test("tells whose key it is", () => {
    expect(verify(one)).toEqual({ name: "ci" });
    expect(verify(two)).toEqual({ name: "backend" });
  });

  test.each([
    ["nothing", ""],
    ["a name", "ci"],
    ["a part of a key", one.slice(0, -1)],
    ["a key and more", `${one}0`],
    ["a key in upper case", one.toUpperCase()],
    ["1 MB", "x".repeat(1_000_000)],
  ])("%s is nobody's", (_title, presented) => {
    expect(verify(presented)).toBeUndefined();
  });

  test("without keys nobody is known", () => {
    expect(createApiKeyVerifier([])("")).toBeUndefined();
  });
});
