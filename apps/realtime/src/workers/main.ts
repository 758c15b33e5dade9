import { run } from "@roomcast/service";
import { readConfig } from "../server/config.ts";
import { Parent } from "./parent.ts";
import { startWorker } from "./start-worker.ts";

const parent = new Parent(process);
const number = Number(process.argv[2]);

run("realtime", async () => startWorker(readConfig(process.env), number, parent), { until: parent.end });
