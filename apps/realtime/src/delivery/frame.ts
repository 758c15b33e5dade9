/** One event as one namespace's clients receive it: encoded once, written to many. */
export class Frame {
  /** The Socket.IO packet, `2/ws,["type",…]`. */
  readonly packet: string;
  #websocket: Buffer | undefined;

  constructor(packet: string) {
    this.packet = packet;
  }

  /** The packet as a WebSocket text frame, with Engine.IO's type `4` (message) before it. */
  get websocket(): Buffer {
    this.#websocket ??= toWebSocketFrame(`4${this.packet}`);
    return this.#websocket;
  }
}

/** Builds an event packet around JSON texts, which are spliced in unparsed; `tail` holds further arguments. */
export function eventFrame(namespace: string, type: string, json: string, position?: string): Frame {
  const prefix = namespace === "/" ? "2" : `2${namespace},`;
  const tail = position === undefined ? "" : `,"${position}"`;
  return new Frame(`${prefix}[${JSON.stringify(type)},${json}${tail}]`);
}

/** An unmasked final text frame (RFC 6455, section 5.2). */
function toWebSocketFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = 0x81;
  if (headerLength === 2) {
    frame[1] = length;
  } else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headerLength, "utf8");
  return frame;
}
