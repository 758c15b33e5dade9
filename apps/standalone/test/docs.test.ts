import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { apiVariables, domainTable } from "@roomcast/api";
import { catalogue, errorTable, type RoomKind, roomKinds } from "@roomcast/events";
import { realtimeVariables } from "@roomcast/realtime";
import { describeEnv } from "@roomcast/service";
import { standaloneVariables } from "@roomcast/standalone";
import { catalogueRow, eventTypes, fieldLines } from "./support/catalogue-text.ts";
import {
  anchors,
  codeBlock,
  documents,
  read,
  relativeLinks,
  root,
  section,
  tableRows,
  testFiles,
  withoutCode,
} from "./support/documents.ts";
import { labels, namedIds, statedRules } from "./support/rule-labels.ts";

const specs = { Realtime: realtimeVariables, API: apiVariables, Standalone: standaloneVariables };

describe("docs/configuration.md", () => {
  test.each(Object.entries(specs))(
    "%s has every variable with default, unit and meaning",
    (heading, spec) => {
      const expected = describeEnv(spec).map(({ name, required, defaultText, unit, description }) => {
        const fallback = defaultText ? `\`${defaultText}\`` : "–";
        return [`\`${name}\``, required ? "required" : fallback, unit ?? "–", description];
      });
      expect(tableRows(section(read("docs/configuration.md"), `## ${heading}`))).toEqual(expected);
    },
  );
});

describe("docs/errors.md", () => {
  test("has every code with its status, whether a retry may help, and its meaning", () => {
    const expected = Object.entries(errorTable).map(([code, { status, retryable, meaning }]) => [
      `\`${code}\``,
      String(status),
      retryable ? "yes" : "no",
      meaning,
    ]);
    expect(tableRows(read("docs/errors.md"))).toEqual(expected);
  });
});

describe("docs/websocket-api.md", () => {
  const text = read("docs/websocket-api.md");

  test("has every event with its rooms and fields", () => {
    expect(tableRows(section(text, "## Catalogue"))).toEqual(eventTypes.map(catalogueRow));
  });

  test("has the default history of every kind of room", () => {
    const rows = tableRows(section(text, "## Rooms"));
    const kinds = Object.keys(roomKinds) as RoomKind[];
    expect(rows.map(([room, , history]) => [room?.match(/\w+/)?.[0], history])).toEqual(
      kinds.map((kind) => [kind, historyText(kind)]),
    );
  });

  test("gives every rule an ID of its own", () => {
    const rules = statedRules(text);
    expect(rules).toEqual([...new Set(rules)]);
  });

  test("has exactly the rules that titles of tests carry", () => {
    const labelled = [...labels()].filter((id) => id.startsWith("WS-"));
    expect(labelled.sort()).toEqual(statedRules(text).sort());
  });

  test("has every rule that a test names anywhere", () => {
    const named = testFiles().flatMap((path) => namedIds(read(path)));
    const stated = new Set(statedRules(text));
    expect(named.filter((id) => id.startsWith("WS-") && !stated.has(id))).toEqual([]);
  });
});

describe("docs/client-guide.md", () => {
  const text = read("docs/client-guide.md");

  test("shows a typed client that compiles", () => {
    const example = read("apps/standalone/test/examples/typed-client.ts");
    expect(codeBlock(section(text, "## TypeScript"), "ts")).toBe(example);
  });

  test("says what to do for every code but those that only HTTP answers", () => {
    const rows = tableRows(section(text, "## Errors")).map(([codes]) => codes ?? "");
    const codes = rows.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code));
    expect([...codes, ...overHttpAlone].sort()).toEqual(Object.keys(errorTable).sort());
  });
});

describe("docs/security.md", () => {
  const text = read("docs/security.md");
  const rows = tableRows(section(text, "## What was tried"));
  const ids = rows.map(([id]) => id ?? "");

  test("gives every attack an ID of its own, in order, which a test carries in its title, and has each that a test names", () => {
    expect(ids).toEqual(ids.map((_, index) => `SEC-${index + 1}`));
    const labelled = [...labels()].filter((id) => id.startsWith("SEC-"));
    expect(labelled.sort()).toEqual([...ids].sort());
  });

  test("names only rules that there are", () => {
    const known = new Set([...statedRules(read("docs/websocket-api.md")), ...ids]);
    expect(namedIds(text).filter((id) => !known.has(id))).toEqual([]);
  });
});

describe("docs/events.md", () => {
  const text = read("docs/events.md");

  test.each(eventTypes)("has %s with the types of its fields", (type) => {
    const event = section(text, `### ${type}`);
    const lines = codeBlock(event, "ts").split("\n").slice(1, -2);
    expect(lines.map((line) => line.replace(/ \/\/ .*/, "").trim())).toEqual(fieldLines(type));
    expect(event).toContain(catalogue[type].summary);
  });
});

describe("docs/integration-guide.md", () => {
  test("has every domain route", () => {
    const expected = domainTable.map(({ method, path, event }) => [
      `\`${method.toUpperCase()} /api/v1${path}\``,
      `\`${event}\``,
    ]);
    expect(tableRows(section(read("docs/integration-guide.md"), "### Domain routes"))).toEqual(expected);
  });
});

describe.each(documents())("%s", (path) => {
  const text = read(path);

  test("links only to what exists", () => {
    const broken = relativeLinks(text).filter((target) => !leadsSomewhere(path, target));
    expect(broken).toEqual([]);
  });

  test("names only files that exist", () => {
    const paths = [...withoutCode(text).matchAll(/`((?:apps|packages|infra|docs)\/[^`\s*]+)`/g)];
    expect(
      paths.map(([, named]) => named as string).filter((named) => !existsSync(join(root, named))),
    ).toEqual([]);
  });

  test("names only variables that exist", () => {
    const named = [...text.matchAll(/`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)];
    expect(named.map(([, name]) => name as string).filter((name) => !variables.has(name))).toEqual([]);
  });
});

/** Codes that no socket receives. */
const overHttpAlone = [
  ...["invalid_signature", "origin_not_allowed", "not_found", "method_not_allowed", "unsupported_media_type"],
  ...[
    "unknown_event",
    "invalid_event",
    "idempotency_conflict",
    "payload_too_large",
    "timeout",
    "not_replicated",
  ],
];

/** Beside those of the processes: what Node, the scripts, the compose file and the examples know. */
const others = ["NODE_ENV", "REDIS_SERVER", "ROOMCAST_PORT", "API_KEY", "DATABASE_URL"];
const variables = new Set([
  ...Object.values(specs).flatMap((spec) => describeEnv(spec).map(({ name }) => name)),
  ...others,
]);

function leadsSomewhere(from: string, target: string): boolean {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(root, path))) return false;
  if (anchor === undefined) return true;
  return statSync(join(root, path)).isFile() && anchors(read(path)).includes(anchor);
}

function historyText(kind: RoomKind): string {
  const { maxEvents, maxAgeMs } = roomKinds[kind].history;
  const days = maxAgeMs / 86_400_000;
  return `${maxEvents.toLocaleString("en")} events, ${days} ${days === 1 ? "day" : "days"}`;
}
