import { run } from "@roomcast/service";
import { readConfig } from "./config.ts";
import { startApi } from "./start-api.ts";

run("api", async () => startApi(readConfig(process.env)));
