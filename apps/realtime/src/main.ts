import { run } from "@roomcast/service";
import { readConfig } from "./config.ts";
import { startRealtime } from "./start-realtime.ts";

run("realtime", async () => startRealtime(readConfig(process.env)));
