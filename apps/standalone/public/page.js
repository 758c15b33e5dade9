/* global io */
const maxShown = 200;
const element = (id) => document.getElementById(id);

const example = {
  type: "project.updated",
  data: {
    projectId: "123",
    projectName: "Apollo",
    status: "active",
    updatedBy: "me",
    changes: { status: "active" },
  },
};

function showCommands({ token, apiKey }) {
  element("curl").textContent = [
    `curl ${location.origin}/api/v1/events \\`,
    `  -H "Authorization: Bearer ${apiKey}" -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify(example)}'`,
  ].join("\n");
  element("client").textContent = [
    `const socket = io("${location.origin}/ws", { auth: { token } });`,
    `socket.on("connection_established", (event) => console.log("Connected!"));`,
    `socket.emit("subscribe", { room: "project:123" });`,
    `socket.on("project.updated", (event) => console.log("Project updated:", event.data));`,
  ].join("\n");
  element("token").textContent = token;
}

function showState(text, kind) {
  element("state").textContent = text;
  element("state").className = `state ${kind}`;
}

let count = 0;

function showEvent(event, position) {
  const item = document.createElement("li");
  const meta = document.createElement("div");
  meta.className = "meta";
  for (const [name, text] of Object.entries({
    type: event.type,
    room: event.room,
    timestamp: event.timestamp,
    position,
  })) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    meta.append(part);
  }
  const data = document.createElement("code");
  data.textContent = JSON.stringify(event.data);
  item.append(meta, data);
  element("events").prepend(item);
  while (element("events").childElementCount > maxShown) element("events").lastElementChild.remove();
  element("count").textContent = String(++count);
  element("empty").hidden = true;
}

async function send(apiKey) {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const response = await fetch("/api/v1/events", { method: "POST", headers, body: JSON.stringify(example) });
  if (!response.ok) showState(`the event was refused: ${(await response.json()).detail}`, "bad");
}

function connect({ token }) {
  const socket = io("/ws", { auth: { token } });
  socket.on("connect", () => {
    showState(socket.recovered ? "connected again, nothing missed" : "connected", "good");
    if (!socket.recovered) socket.emit("subscribe", { room: "project:123" });
  });
  socket.on("disconnect", () => showState("connection lost, coming back…", "waiting"));
  socket.on("connect_error", (error) => {
    showState(
      socket.active ? "waiting for the server…" : `refused: ${error.message}; reload the page`,
      "bad",
    );
  });
  socket.onAny((name, event, position) => {
    if (!name.startsWith("connection") && name !== "position.advanced") showEvent(event, position);
  });
}

const response = await fetch("/demo.json");
if (response.ok) {
  const demo = await response.json();
  showCommands(demo);
  connect(demo);
  element("send").disabled = false;
  element("send").addEventListener("click", () => {
    send(demo.apiKey).catch((error) => showState(error.message, "bad"));
  });
} else {
  showState("this server has keys of its own: connect with your own token", "waiting");
}
