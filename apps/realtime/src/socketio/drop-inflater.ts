import type { WebSocket } from "ws";

/** The parts of ws' `PerMessageDeflate` that are used here. */
interface Extension {
  decompress(data: Buffer, isLast: boolean, done: Done): void;
  cleanup(): void;
}

type Done = (error: Error | null, data?: Buffer) => void;

interface Internals {
  _extensions: { "permessage-deflate"?: Extension };
}

/**
 * Lets ws forget how it inflates after each message: it would keep a buffer and a window, 17 to 47 KB, for as long as the
 * connection lives, and browsers deflate whatever they send. Nothing is lost if the client takes no context over.
 */
export function dropInflater(socket: WebSocket): void {
  const extension = (socket as unknown as Internals)._extensions["permessage-deflate"];
  // A version without these only takes more memory.
  if (typeof extension?.decompress === "function" && typeof extension.cleanup === "function")
    extension.decompress = decompressOnce;
}

function decompressOnce(this: Extension, data: Buffer, isLast: boolean, done: Done): void {
  const original = Object.getPrototypeOf(this) as Extension;
  original.decompress.call(this, data, isLast, (error, result) => {
    if (isLast) this.cleanup();
    done(error, result);
  });
}
