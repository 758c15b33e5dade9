import { fileURLToPath } from "node:url";

/** Jest settings shared by every workspace: ESM, TypeScript through swc, sources instead of builds. */
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
  // A Node process that ends by itself, with nothing left to do, may spin for ever instead:
  // https://github.com/nodejs/node/issues/47748. One that is told to exit does not.
  forceExit: true,
};
