import { createRequire } from "node:module";
import { expect, test } from "@jest/globals";

const own = createRequire(import.meta.url);

// They ask for an older ws, which answers an endless flood of pings; the workspace overrides it.
test.each(["engine.io", "socket.io-adapter"])("WS-SAFE-14 %s uses the ws of this package", (user) => {
  const its = createRequire(own.resolve(user));
  expect(its("ws/package.json")).toEqual(own("ws/package.json"));
});
