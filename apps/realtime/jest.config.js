import { preset } from "../../infra/jest/preset.js";

/** Timers of closing handshakes that the other side never answers, up to 30 s, are not waited for. */
export default { ...preset, forceExit: true };
