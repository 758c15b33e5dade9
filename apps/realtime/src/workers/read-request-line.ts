import type { Socket } from "node:net";

/** As long as a replica waits for the whole head of a request. */
const patienceMs = 10_000;

/** Node's limit for the head of a request. A worker answers a client that sends more without a line break. */
const maxLength = 16_384;

const lineFeed = 0x0a;

/**
 * Reads from a new connection until the first line of a request is complete, or clearly will not come. Passes
 * everything read to `onRead`, which may stop the reading before anything is lost. A connection that does not
 * get that far is answered with 408 and closed.
 */
export function readRequestLine(socket: Socket, onRead: (read: Buffer) => void): void {
  let read: Buffer = Buffer.alloc(0);
  const timer = setTimeout(refuse, patienceMs, socket, "408 Request Timeout");
  const onEnd = () => socket.destroy();
  const onData = (chunk: Buffer) => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    if (!chunk.includes(lineFeed) && read.length < maxLength && mayBecomeLine(read)) return;
    clearTimeout(timer);
    socket.off("data", onData).off("end", onEnd);
    onRead(read);
  };
  // A reset ends the connection like any other close.
  socket.on("error", () => undefined);
  socket.once("close", () => clearTimeout(timer));
  socket.on("data", onData).on("end", onEnd);
}

/** Answers a connection that no worker has seen, as Node does, and closes it. */
export function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}

/** Requests begin with a method in capital letters. Other protocols, such as TLS, do not. */
function mayBecomeLine([first = 0]: Buffer): boolean {
  return first >= 0x41 && first <= 0x5a;
}
