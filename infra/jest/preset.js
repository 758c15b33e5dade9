import { fileURLToPath } from "node:url";

/** Jest settings of all workspaces: ESM, TypeScript through swc, sources instead of builds. */
export const preset = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  testEnvironmentOptions: { customExportConditions: ["source", "node", "node-addons"] },
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2022",
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, useDefineForClassFields: false },
        },
        module: { type: "es6" },
      },
    ],
  },
  testTimeout: 20_000,
  reporters: ["default", fileURLToPath(new URL("failure-reporter.js", import.meta.url))],
  // A Node process that has nothing left to do may spin forever instead of ending:
  // https://github.com/nodejs/node/issues/47748. A forced exit avoids that.
  forceExit: true,
};
