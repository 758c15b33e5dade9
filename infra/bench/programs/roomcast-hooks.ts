import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Appended, AppendRequest } from "@roomcast/event-log";
import type { BenchEvent, Publish } from "./feed.ts";
import { serveCommands } from "./serve-commands.ts";

/**
 * Loaded by `node --import` into Roomcast's own process, as it ships: answers the benchmark, and in the embedded
 * process publishes through the broadcaster that the API there uses.
 */
serveCommands(embedded);

interface BroadcasterModule {
  getBroadcaster(): { commit(event: AppendRequest): Promise<Appended> };
}

/** The module that the process itself has loaded; resolved from there, it is the same instance. */
async function embedded(): Promise<Publish> {
  const { resolve } = createRequire(process.argv[1] as string);
  const url = pathToFileURL(resolve("@roomcast/broadcaster")).href;
  const broadcaster = ((await import(url)) as BroadcasterModule).getBroadcaster();
  return (event) => broadcaster.commit(toRequest(event));
}

/** The event as validation leaves it: the peers validate nothing either. */
function toRequest(event: BenchEvent): AppendRequest {
  const { id, type, room } = event;
  return { kind: "event", id, type, rooms: [room], json: JSON.stringify(event), transient: false };
}
