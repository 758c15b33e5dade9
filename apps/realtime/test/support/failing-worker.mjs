// Loaded before the program: ends the worker FAIL_WORKER at its start, once the file FAIL_IF exists.
import { existsSync } from "node:fs";

const [, program = "", number] = process.argv;
const isFailing = number === process.env.FAIL_WORKER && existsSync(process.env.FAIL_IF);
if (program.endsWith("workers/main.js") && isFailing) throw new Error("no worker today");
