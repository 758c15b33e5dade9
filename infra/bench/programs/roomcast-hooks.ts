import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Appended, AppendRequest } from "@roomcast/event-log";
import type { BenchEvent, Publish } from "./feed.ts";
import { serveCommands } from "./serve-commands.ts";

/**
 * Loaded with `node --import` into an unchanged Roomcast process. It answers the benchmark's commands. In the
 * embedded process it publishes through the broadcaster of the API there.
 */
serveCommands(embedded);

interface BroadcasterModule {
  getBroadcaster(): { commit(event: AppendRequest): Promise<Appended> };
}

/** Resolves the module from the process's main script, to get the instance that the process has loaded. */
async function embedded(): Promise<Publish> {
  const { resolve } = createRequire(process.argv[1] as string);
  const url = pathToFileURL(resolve("@roomcast/broadcaster")).href;
  const broadcaster = ((await import(url)) as BroadcasterModule).getBroadcaster();
  return (event) => broadcaster.commit(toRequest(event));
}

/** Builds the append request directly, without validation, because the peers validate nothing either. */
function toRequest(event: BenchEvent): AppendRequest {
  const { id, type, room } = event;
  return { kind: "event", id, type, rooms: [room], json: JSON.stringify(event), transient: false };
}
