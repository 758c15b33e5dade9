import type { StandaloneConfig } from "./config.ts";
import type { Demo } from "./demo.ts";

/** Returns what `npm start` prints: the URL, the keys, and a first example. */
export function welcome(port: number, demo: Demo | undefined, parser: StandaloneConfig["parser"]): string {
  const url = `http://localhost:${port}`;
  if (demo === undefined) return `Roomcast is up: ${url}\n`;
  return `
  Roomcast is up: ${url}  (open it to see events arrive)

  Made-up keys, good until it stops:
    export TOKEN=${demo.token}
    export API_KEY=${demo.apiKey}

  Try it: connect with socket.io-client,

    const socket = io("${url}/ws", { ${parser === "json" ? "" : "parser, "}auth: { token } });
    socket.on("connection_established", (event) => console.log("Connected!"));
    socket.emit("subscribe", { room: "project:123" });
    socket.on("project.updated", (event) => console.log("Project updated:", event.data));

  then send it an event:

    curl ${url}/api/v1/events -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" \\
      -d '{"type":"project.updated","data":{"projectId":"123","projectName":"Apollo","status":"active","updatedBy":"me","changes":{"status":"active"}}}'

  Ctrl-C ends it.
`;
}
