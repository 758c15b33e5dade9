import { preset } from "../../infra/jest/preset.js";

const { reporters, testTimeout, forceExit, ...project } = preset;

/** What the stock engine could break runs with it, too; `npm run test:matrix` runs everything. */
const alsoStock = [
  "compression",
  "engine-contract",
  "polling",
  "abuse/closing-connections",
  "abuse/frame-floods",
];

export default {
  reporters,
  testTimeout,
  forceExit,
  // By far the most tests, and they run when the other workspaces are done. They wait a lot: three keep two cores busy.
  maxWorkers: 3,
  projects: [
    { ...project, displayName: "default" },
    {
      ...project,
      displayName: "stock",
      testMatch: alsoStock.map((name) => `<rootDir>/test/${name}.test.ts`),
      setupFiles: ["<rootDir>/test/support/stock-engine.mjs"],
    },
  ],
};
