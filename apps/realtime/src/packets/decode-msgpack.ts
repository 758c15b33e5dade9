/** Deeper than any command; the commands have lower limits. */
const maxDepth = 100;

/** A value, and whether it contains binary data. */
export interface Decoded {
  value: unknown;
  hasBinary: boolean;
}

/**
 * Reads one value of MessagePack from untrusted bytes, strictly: JSON values, binary data as separate
 * buffers, and `undefined` as `notepack.io` writes it. Throws on anything else, and on lengths that the bytes
 * cannot hold: `notepack.io` allocates an array as long as its header says before it reads on, so that eighty
 * bytes take gigabytes.
 */
export function decodeMsgpack(bytes: Buffer): Decoded {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.left !== 0) throw new Error(`${reader.left} bytes after the value`);
  return { value, hasBinary: reader.hasBinary };
}

class Reader {
  hasBinary = false;
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  value(depth: number): unknown {
    if (depth > maxDepth) throw new Error("too deep");
    const head = this.#uint(1);
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#array(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    return this.#sized(head, depth);
  }

  #sized(head: number, depth: number): unknown {
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return head === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#binary(this.#uint(2 ** (head - 0xc4)));
      case 0xca:
        return this.#bytes.readFloatBE(this.#skip(4));
      case 0xcb:
        return this.#bytes.readDoubleBE(this.#skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(2 ** (head - 0xcc));
      case 0xcf:
        return Number(this.#bytes.readBigUInt64BE(this.#skip(8)));
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#int(2 ** (head - 0xd0));
      case 0xd3:
        return Number(this.#bytes.readBigInt64BE(this.#skip(8)));
      case 0xd4:
        return this.#undefined();
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(2 ** (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(2 ** (head - 0xdb)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 ** (head - 0xdd)), depth);
      default:
        throw new Error("neither JSON, binary data nor undefined");
    }
  }

  #array(length: number, depth: number): unknown[] {
    this.#expect(length);
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) values.push(this.value(depth + 1));
    return values;
  }

  /** As in JSON: `__proto__` is a member like any other, and of equal keys the last counts. */
  #map(length: number, depth: number): object {
    this.#expect(length * 2);
    const members: [string, unknown][] = [];
    for (let index = 0; index < length; index++) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw new Error("a key that is no text");
      members.push([key, this.value(depth + 1)]);
    }
    return Object.fromEntries(members);
  }

  #text(length: number): string {
    const start = this.#skip(length);
    return this.#bytes.toString("utf8", start, start + length);
  }

  /** A copy, so that keeping it does not keep the whole packet. */
  #binary(length: number): Buffer {
    this.hasBinary = true;
    const start = this.#skip(length);
    return Buffer.from(this.#bytes.subarray(start, start + length));
  }

  #undefined(): undefined {
    if (this.#uint(2) !== 0) throw new Error("an unknown extension");
    return undefined;
  }

  #uint(size: number): number {
    return this.#bytes.readUIntBE(this.#skip(size), size);
  }

  #int(size: number): number {
    return this.#bytes.readIntBE(this.#skip(size), size);
  }

  /** Skips bytes; returns where they begin. */
  #skip(length: number): number {
    this.#expect(length);
    this.#at += length;
    return this.#at - length;
  }

  #expect(length: number): void {
    if (length > this.left) throw new Error("ends too early");
  }
}
