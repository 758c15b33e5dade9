import { describe, expect, test } from "@jest/globals";
import { compactVersions, createEngine } from "../src/socketio/engine.ts";
import { features } from "../src/socketio/engine-features.ts";
import { missingFeatures } from "../src/socketio/engine-trial.ts";

describe("the compact engine", () => {
  test("runs on the versions that it is made for", async () => {
    expect(await createEngine("compact", compactVersions)).toMatchObject({ name: "compact" });
  });

  test.each(Object.keys(compactVersions))(
    "refuses another version of %s, and says what to set",
    async (name) => {
      const refused = createEngine("compact", { ...compactVersions, [name]: "99.0.0" });
      await expect(refused).rejects.toThrow(`${name} 99.0.0`);
      await expect(refused).rejects.toThrow("set WS_ENGINE=stock");
    },
  );
});

describe("the stock engine", () => {
  test("runs on any version that has what it needs", async () => {
    expect(await createEngine("stock", { ...compactVersions, ws: "99.0.0" })).toMatchObject({
      name: "stock",
    });
  });

  test("names each feature that is missing", async () => {
    const broken = {
      ...features,
      "nothing is told": () => false,
      "what is asked is not there": ({ socket }: { socket: object }) =>
        (socket as { missing: () => boolean }).missing(),
    };
    expect(await missingFeatures(broken)).toEqual(["nothing is told", "what is asked is not there"]);
  });
});
