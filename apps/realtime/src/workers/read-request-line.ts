import type { Socket } from "node:net";

/** As long as a replica waits for the whole head of a request. */
const patienceMs = 10_000;

/** What Node takes for a head; who sends more without a line break is told so by a worker. */
const maxLength = 16_384;

const lineFeed = 0x0a;

/**
 * Reads from a new connection until the first line of a request is there, or it is clear that there will be none, and
 * gives everything read to `onRead`, which may stop the reading before anything is lost. Who does not get that far is
 * answered 408 and cut off.
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
  // A reset is an end like any other.
  socket.on("error", () => undefined);
  socket.once("close", () => clearTimeout(timer));
  socket.on("data", onData).on("end", onEnd);
}

/** Answers a connection that no worker has seen, as Node does, and ends it. */
export function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}

/** Requests begin with a method, in capital letters; TLS, for one, does not. */
function mayBecomeLine([first = 0]: Buffer): boolean {
  return first >= 0x41 && first <= 0x5a;
}
