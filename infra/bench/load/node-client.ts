import type { Socket } from "node:net";
import { WebSocket } from "ws";

/** The plan that all clients of the Node load generator share. */
export interface NodePlan {
  port: number;
  path: string;
  rooms: number;
  tokens: readonly string[];
  steps: readonly { text: string; isSend: boolean; isFreshOnly: boolean }[];
  eventPrefix: string | undefined;
  eventMark: string | undefined;
  resumes: boolean;
  deflates: boolean;
  /** Called with all received bytes. */
  arrived(bytes: number): void;
  /** Called for every message with events, with the age of its first event. */
  received(count: number, latencyUs: number | undefined): void;
}

/** One client. It does the same as `native/client.c`. */
export class NodeClient {
  isReady = false;
  readonly #index: number;
  readonly #plan: NodePlan;
  #socket: WebSocket | undefined;
  #step = 0;
  #session: { pid: string; offset: string } | undefined;

  constructor(index: number, plan: NodePlan) {
    this.#index = index;
    this.#plan = plan;
  }

  /** Resolves when all steps are done. Calls `onDropped` if the connection ends later without `close`. */
  connect(onDropped: () => void): Promise<void> {
    this.#step = 0;
    const socket = new WebSocket(`ws://127.0.0.1:${this.#plan.port}${this.#expand(this.#plan.path)}`, {
      perMessageDeflate: this.#plan.deflates && { threshold: 0 },
    });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      const advance = () => {
        if (!this.#advance(socket) || this.isReady) return;
        this.isReady = true;
        resolve();
      };
      socket.on("open", () => {
        const { _socket: stream } = socket as unknown as { _socket: Socket };
        stream.on("data", (bytes) => this.#plan.arrived(bytes.length));
        advance();
      });
      socket.on("message", (data: Buffer) => {
        if (this.#take(socket, data.toString())) advance();
      });
      socket.on("error", reject);
      socket.on("close", () => {
        reject(new Error("closed by the server"));
        if (this.isReady && this.#socket === socket) onDropped();
        this.isReady = false;
      });
    });
  }

  close(): void {
    this.isReady = false;
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /** Sends the next texts of the plan. Returns true when no step is left. */
  #advance(socket: WebSocket): boolean {
    const { steps, resumes } = this.#plan;
    for (; this.#step < steps.length; this.#step++) {
      const step = steps[this.#step];
      if (step === undefined || (step.isFreshOnly && resumes)) continue;
      if (!step.isSend) return false;
      socket.send(this.#expand(step.text));
    }
    return true;
  }

  /** Handles a message. Returns true if it is the expected one. */
  #take(socket: WebSocket, text: string): boolean {
    if (this.#count(text)) return false;
    if (text === "2") socket.send("3");
    if (text.startsWith("44")) socket.terminate();
    this.#remember(text);
    const step = this.#plan.steps[this.#step];
    if (this.isReady || step === undefined || !text.startsWith(step.text)) return false;
    this.#step++;
    return true;
  }

  #count(text: string): boolean {
    const { eventPrefix, eventMark } = this.#plan;
    const isEvent = eventPrefix !== undefined && text.startsWith(eventPrefix);
    const count = eventMark === undefined ? Number(isEvent) : text.split(eventMark).length - 1;
    if (count === 0) return false;
    const sentAtUs = /"sentAtUs":(\d+)/.exec(text)?.[1];
    const nowUs = Number(process.hrtime.bigint() / 1_000n);
    this.#plan.received(count, sentAtUs === undefined ? undefined : nowUs - Number(sentAtUs));
    return true;
  }

  #remember(text: string): void {
    const pid = text.startsWith("40/ws") ? /"pid":"([^"]+)"/.exec(text)?.[1] : undefined;
    if (pid !== undefined) this.#session = { pid, offset: "" };
    if (this.#session === undefined || !text.startsWith('42/ws,["connection.established"')) return;
    this.#session.offset = /"([^"]*)"\]$/.exec(text)?.[1] ?? "";
  }

  #expand(template: string): string {
    const { rooms, tokens, resumes } = this.#plan;
    const session = resumes && this.#session !== undefined ? this.#session : undefined;
    const resume = session === undefined ? "" : `,"pid":"${session.pid}","offset":"${session.offset}"`;
    return template
      .replaceAll("%i", String(this.#index))
      .replaceAll("%r", String(this.#index % rooms))
      .replaceAll("%t", tokens[this.#index] ?? "")
      .replaceAll("%a", resume);
  }
}
