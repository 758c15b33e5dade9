/* global io */
const maxShown = 200;
const copiedMs = 1_500;
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

function showCommands({ token, apiKey, parser }) {
  element("curl").textContent = [
    `curl ${location.origin}/api/v1/events \\`,
    `  -H "Authorization: Bearer ${apiKey}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify(example)}'`,
  ].join("\n");
  element("client").textContent = [
    ...(parser === "msgpack" ? [`import parser from "socket.io-msgpack-parser";`] : []),
    `const socket = io("${location.origin}/ws", { ${parser === "msgpack" ? "parser, " : ""}auth: { token } });`,
    `socket.on("connection_established", (event) => console.log("Connected!"));`,
    `socket.emit("subscribe", { room: "project:123" });`,
    `socket.on("project.updated", (event) => console.log("Project updated:", event.data));`,
  ].join("\n");
  element("token").textContent = token;
}

function addCopyButton(pre) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "copy";
  button.addEventListener("click", () => {
    copy(pre, button).catch((error) => showState(error.message, "bad"));
  });
  pre.prepend(button);
}

async function copy(pre, button) {
  await navigator.clipboard.writeText(pre.querySelector("code").textContent);
  button.textContent = "copied";
  setTimeout(() => {
    button.textContent = "copy";
  }, copiedMs);
}

function showState(text, kind) {
  element("state").textContent = text;
  element("state").className = `state ${kind}`;
}

let count = 0;

function showEvent(event, position) {
  const item = document.createElement("li");
  const data = document.createElement("code");
  data.textContent = JSON.stringify(event.data);
  item.append(metaOf(event, position), data);
  element("events").prepend(item);
  while (element("events").childElementCount > maxShown) element("events").lastElementChild.remove();
  element("count").textContent = String(++count);
  element("empty").hidden = true;
}

function metaOf({ type, room, timestamp }, position = "") {
  const meta = document.createElement("div");
  meta.className = "meta";
  for (const [name, text] of Object.entries({ type, room, timestamp, position })) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    meta.append(part);
  }
  return meta;
}

/** The made-up keys of this server, undefined if it has keys of its own. */
async function fetchDemo() {
  const response = await fetch("/demo.json");
  return response.ok ? response.json() : undefined;
}

let apiKey = "";

async function send() {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const response = await fetch("/api/v1/events", { method: "POST", headers, body: JSON.stringify(example) });
  if (!response.ok) showState(`the event was refused: ${(await response.json()).detail}`, "bad");
}

/** A server that was started anew has new keys, so they are asked for with each connection. */
async function present(socket, answer) {
  try {
    const demo = await fetchDemo();
    if (demo === undefined) return showForeignKeys(socket);
    ({ apiKey } = demo);
    showCommands(demo);
    answer({ token: demo.token });
  } catch {
    // The server has gone again: without an answer the connection would only end at its timeout.
    socket.io.engine.close();
  }
}

function showForeignKeys(socket) {
  socket.disconnect();
  element("send").disabled = true;
  showState("this server has keys of its own: connect with your own token", "waiting");
}

function connect() {
  const socket = io("/ws", { auth: (answer) => present(socket, answer), reconnectionDelayMax: 2_000 });
  socket.on("connect", () => {
    showState(socket.recovered ? "connected again, nothing missed" : "connected", "good");
    element("send").disabled = false;
    if (!socket.recovered) socket.emit("subscribe", { room: "project:123" });
  });
  socket.on("disconnect", () => {
    element("send").disabled = true;
    if (socket.active) showState("connection lost, coming back…", "waiting");
  });
  socket.on("connect_error", (error) => {
    if (socket.active) showState("waiting for the server…", "waiting");
    else showState(`refused: ${error.message}; reload the page`, "bad");
  });
  socket.on("connection.error", (event) => showState(`the server says: ${event.data.message}`, "bad"));
  socket.onAny((name, event, position) => {
    if (!/^(connection[._]|position\.|server\.)/.test(name)) showEvent(event, position);
  });
}

// Only pages of a secure origin, localhost included, may write to the clipboard.
if (navigator.clipboard !== undefined) document.querySelectorAll("pre").forEach(addCopyButton);
element("send").addEventListener("click", () => {
  send().catch((error) => showState(error.message, "bad"));
});
connect();
