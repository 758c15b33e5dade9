/** The parts of Socket.IO's decoders, of which every parser has one. */
export interface Decoder {
  /** What is known of a packet whose binary parts have not all come. */
  readonly reconstructor?: unknown;
  add(data: unknown): void;
  on(event: "decoded", listener: (packet: unknown) => void): void;
}

/** Takes what was decoded for it. */
interface Client {
  ondecoded(packet: unknown): void;
}

/** A decoder, and whom it decodes for now. */
export interface Reader {
  readonly decoder: Decoder;
  client: Client | undefined;
}

/**
 * The decoder of a server's connections. Between two packets it knows nothing of what it has read, so that all take turns
 * with one; only who has sent a part of a packet keeps the decoder for the rest.
 */
export class Decoders {
  readonly #make: () => Decoder;
  #shared: Reader | undefined;

  constructor(make: () => Decoder) {
    this.#make = make;
  }

  /** Decodes for a client, which may have its own reader; returns the one it must bring along next time, if any. */
  read(client: Client, data: unknown, own: Reader | undefined): Reader | undefined {
    const reader = own ?? this.#take();
    reader.client = client;
    reader.decoder.add(data);
    if (reader.decoder.reconstructor) return reader;
    reader.client = undefined;
    this.#shared = reader;
    return undefined;
  }

  /** Not given back when decoding throws: then nobody knows what the decoder holds. */
  #take(): Reader {
    const taken = this.#shared ?? this.#create();
    this.#shared = undefined;
    return taken;
  }

  #create(): Reader {
    const reader: Reader = { decoder: this.#make(), client: undefined };
    reader.decoder.on("decoded", (packet) => reader.client?.ondecoded(packet));
    return reader;
  }
}
