import { preset } from "../../infra/jest/preset.js";

// By far the most tests: when the other workspaces are done, both cores of a small machine are for these.
export default { ...preset, maxWorkers: 2 };
