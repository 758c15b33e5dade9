export { readConfig, type StandaloneConfig, standaloneVariables } from "./config.ts";
export { type Demo, withDemoKeys } from "./demo.ts";
export { startStandalone } from "./start-standalone.ts";
