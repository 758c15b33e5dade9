import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { projectUpdate } from "./support/project-update.ts";
import { TestApi } from "./support/test-api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

const json = { headers: { "Content-Type": "application/json" } };
const bodyWith = (changes: string) => JSON.stringify(projectUpdate()).replace('{"name":"Apollo"}', changes);
const post = (text: string | Uint8Array, options = json) => api.call("POST", "/api/v1/events", text, options);

describe("WS-EVT-7 a value that is accepted arrives as it was sent", () => {
  test.each([
    "9007199254740991",
    "-9007199254740991",
    "0.1",
    "1.50",
    "1.0",
    "0.0",
    "1e2",
    "1E-7",
    "5e-324",
    "1.5e300",
    "1e21",
    "123456789.123456",
    '"a\\u2028\\u0000\\u001e😀"',
    "[[[[[[[[[[[[[[]]]]]]]]]]]]]]",
    '{"":1,"toString":2,"hasOwnProperty":3,"length":4,"toJSON":"x","10":5,"9":6}',
  ])("%s", async (value) => {
    expect((await post(bodyWith(`{"v":${value}}`))).status).toBe(201);
    const [entry] = await api.appended();
    expect(entry?.envelope.data).toMatchObject({ changes: { v: JSON.parse(value) } });
  });
});

describe("a value that could not arrive as it was sent is refused by its name, and what to send is said", () => {
  test.each<[string, RegExp]>([
    ["1161380288898609914", /1161380288898609914.*as text/],
    ["-9007199254740992", /as text/],
    ["100000000000000000000", /as text/],
    ["9007199254740993.0", /as text/],
    ["1e20", /as text/],
    ["1e400", /Infinity: send it as text/],
    ["-1e400", /-Infinity/],
    ["1e-400", /would arrive as 0/],
    ["-0", /would arrive as 0/],
    ["-0.0e5", /would arrive as 0/],
    ["0.1000000000000000055511151231257827", /would arrive as 0\.1:/],
    ["3.141592653589793238", /send that, or text/],
    [`1.${"0".repeat(500_000)}1`, /send that, or text/],
    ['"\\ud83d"', /UTF-16/],
    ['{"constructor":1}', /prototype/],
  ])("%s", async (value, reason) => {
    const answer = await post(bodyWith(`{"list":[1,${value}]}`));
    expect(answer).toMatchObject({
      status: 400,
      body: { code: "invalid_event", detail: expect.stringMatching(reason) },
    });
    const [error] = answer.body.errors as { field: string }[];
    expect(error?.field).toMatch(/^changes\.list\[1\]/);
  });

  test("in a batch, with the event's number", async () => {
    const batch = `{"events":[${bodyWith("{}")},${bodyWith('{"v":1e400}')}]}`;
    const answer = await post(batch);
    expect(answer.body).toMatchObject({ errors: [{ field: "events[1].changes.v" }] });
    expect(answer.body.detail).toMatch(/^events\[1\]: changes\.v/);
    expect(await api.appended()).toEqual([]);
  });

  test("on a route of the domain, in the body as in a query", async () => {
    const patch = await api.call("PATCH", "/api/v1/projects/42", '{"changes":{"v":1e400}}', json);
    expect(patch.body).toMatchObject({ code: "invalid_event", errors: [{ field: "changes.v" }] });
  });
});

describe("a body that says two things, or is no UTF-8, is refused", () => {
  test("a key with two values", async () => {
    const answer = await post(bodyWith('{"status":"a","status":"b"}'));
    expect(answer).toMatchObject({
      status: 400,
      body: { code: "invalid_command", errors: [{ field: "status" }] },
    });
    expect((await post(bodyWith('{"status":"a","status":"a"}'))).status).toBe(201);
  });

  test.each<[string, (text: string) => Uint8Array, string]>([
    ["bytes that are no character", (text) => Buffer.from(text.replace("Apollo", "\xff"), "latin1"), ""],
    ["half of one", (text) => Buffer.from(text.replace("Apollo", "\xc3"), "latin1"), ""],
    ["UTF-16", (text) => Buffer.from(text, "utf16le"), "; charset=utf-16le"],
    ["Latin-1", (text) => Buffer.from(text, "latin1"), "; charset=iso-8859-1"],
  ])("%s", async (_what, encode, charset) => {
    const options = { headers: { "Content-Type": `application/json${charset}` } };
    const answer = await post(encode(JSON.stringify(projectUpdate())), options);
    const [status, code] = charset === "" ? [400, "invalid_command"] : [415, "unsupported_media_type"];
    expect(answer).toMatchObject({ status, body: { code, detail: expect.stringContaining("UTF-8") } });
  });

  test.each(["", "; charset=utf-8", '; charset="UTF-8"'])("UTF-8 is read%s", async (charset) => {
    const options = { headers: { "Content-Type": `application/json${charset}` } };
    const text = JSON.stringify(projectUpdate({ projectName: "é商😀" }));
    expect((await post(`\ufeff${text}`, options)).status).toBe(201);
    expect((await api.appended())[0]?.envelope.data).toMatchObject({ projectName: "é商😀" });
  });
});
