import { preset } from "../../infra/jest/preset.js";

export default preset;
