import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { type PrivateProcess, startProcess } from "./private-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { waitUntil } from "./wait-until.ts";

/** The ports on 127.0.0.1 behind a proxy. */
export interface ProxyTargets {
  realtime: readonly number[];
  /** Default none; then /api/ is unavailable. */
  api?: readonly number[];
}

/** A private reverse proxy of a test, with the repository's configuration. It ends with the test process. */
export interface ReverseProxy {
  readonly port: number;
  readonly url: string;
  /** Its output so far, without an access log that is a file. */
  readonly output: string;
  /** Switches to other ports. Existing connections stay. */
  reload(targets: ProxyTargets): Promise<void>;
  stop(): Promise<void>;
}

/** The values of a rendered configuration. */
export interface ProxySettings {
  port: number;
  /** Where the proxy may write. */
  dir: string;
  realtime: readonly number[];
  api: readonly number[];
  /** Returned at `generationPath`, to show which configuration is active. */
  generation: number;
}

/** The path at which the proxy returns its configuration's generation. */
export const generationPath = "/generation";

/** What differs between the proxy programs. */
export interface ProxyKind {
  program: string;
  reloadSignal: NodeJS.Signals;
  /** Returns the repository's configuration with the test's ports. */
  render(settings: ProxySettings): Promise<string>;
  args(configFile: string, dir: string): readonly string[];
}

/** Starts a proxy and resolves once it answers. If it ends, rejects with its output. */
export async function startProxy(kind: ProxyKind, targets: ProxyTargets): Promise<ReverseProxy> {
  const program = await findProgram(kind.program);
  if (program === undefined) throw new Error(`these tests need ${kind.program}: install it`);
  const folder = await temporaryFolder(`roomcast-${kind.program}-`);
  const proxy = new StartedProxy(kind, await freePort(), folder);
  try {
    await proxy.start(program, targets);
  } catch (error) {
    await proxy.stop();
    throw error;
  }
  return proxy;
}

class StartedProxy implements ReverseProxy {
  readonly port: number;
  readonly #kind: ProxyKind;
  readonly #folder: { path: string; remove: () => Promise<void> };
  #process: PrivateProcess | undefined;
  #generation = 0;

  constructor(kind: ProxyKind, port: number, folder: { path: string; remove: () => Promise<void> }) {
    this.#kind = kind;
    this.port = port;
    this.#folder = folder;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get output(): string {
    return this.#process?.output ?? "";
  }

  async start(program: string, targets: ProxyTargets): Promise<void> {
    const file = await this.#configure(targets);
    this.#process = await startProcess(program, this.#kind.args(file, this.#folder.path));
    await this.#inForce();
  }

  async reload(targets: ProxyTargets): Promise<void> {
    await this.#configure(targets);
    this.#process?.kill(this.#kind.reloadSignal);
    await this.#inForce();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    await this.#folder.remove();
  }

  async #configure({ realtime, api = [] }: ProxyTargets): Promise<string> {
    this.#generation++;
    const { port } = this;
    const settings = { port, dir: this.#folder.path, realtime, api, generation: this.#generation };
    const file = join(this.#folder.path, "proxy.conf");
    await writeFile(file, await this.#kind.render(settings));
    return file;
  }

  async #inForce(): Promise<void> {
    const started = this.#process;
    const isOver = async () => started?.hasExited === true || (await this.#answersNewly());
    await waitUntil(`${this.#kind.program} answers`, isOver);
    if (started?.hasExited === true) throw new Error(`${this.#kind.program} ended:\n${started.output}`);
  }

  /** Old and new workers both accept connections for a moment, so one new answer would prove nothing. */
  async #answersNewly(): Promise<boolean> {
    const answers = await Promise.all(Array.from({ length: 8 }, () => this.#generationInForce()));
    return answers.every((generation) => generation === this.#generation);
  }

  async #generationInForce(): Promise<number | undefined> {
    try {
      const response = await fetch(this.url + generationPath, { headers: { connection: "close" } });
      return Number(await response.text());
    } catch {
      // It is not listening yet.
      return undefined;
    }
  }
}
