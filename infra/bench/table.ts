import { type Spread, spreadOf } from "./rounds.ts";
import type { ServerName } from "./servers/bench-server.ts";

/** One figure that is measured for every server. */
export interface Column {
  id: string;
  label: string;
  unit: string;
}

/** Why a figure is not fully reliable. */
export type Doubt = "load" | "lost";

/** The meaning of each doubt, for readers. */
export const doubtTexts: Record<Doubt, string> = {
  load: "the load generator used over 85% of its core",
  lost: "not every event arrived",
};

/** The circumstances of a sample. */
export interface Circumstances {
  doubts: readonly Doubt[];
  /** The share of its core that the load generator used, 0 to 1. */
  loadShare: number;
}

/** The results of one scenario: servers down, columns across. */
export class Table {
  readonly id: string;
  readonly title: string;
  /** What was measured, in a sentence or two. */
  readonly text: string;
  readonly columns: readonly Column[];
  /** The server with which the others are compared. */
  readonly reference: ServerName;
  readonly #samples = new Map<string, number[]>();
  readonly #doubts = new Map<string, Set<Doubt>>();
  readonly #servers: ServerName[] = [];
  #loadShare = 0;

  constructor(description: Pick<Table, "id" | "title" | "text" | "columns" | "reference">) {
    this.id = description.id;
    this.title = description.title;
    this.text = description.text;
    this.columns = description.columns;
    this.reference = description.reference;
  }

  get servers(): readonly ServerName[] {
    return this.#servers;
  }

  /** The largest share of its core that the load generator used for a sample; 0 if unknown. */
  get loadShare(): number {
    return this.#loadShare;
  }

  add(
    server: ServerName,
    column: string,
    sample: number,
    { doubts = [], loadShare = 0 }: Partial<Circumstances> = {},
  ): void {
    if (!this.#servers.includes(server)) this.#servers.push(server);
    const key = `${server}/${column}`;
    this.#samples.set(key, [...(this.#samples.get(key) ?? []), sample]);
    this.#doubts.set(key, new Set([...(this.#doubts.get(key) ?? []), ...doubts]));
    this.#loadShare = Math.max(this.#loadShare, loadShare);
  }

  /** Median and extremes; undefined if not measured. */
  spread(server: ServerName, column: string): Spread | undefined {
    const samples = this.#samples.get(`${server}/${column}`);
    return samples === undefined ? undefined : spreadOf(samples);
  }

  doubts(server: ServerName, column: string): readonly Doubt[] {
    return [...(this.#doubts.get(`${server}/${column}`) ?? [])];
  }

  /** A server's median divided by another's. Undefined if one was not measured or the other is 0. */
  ratio(server: ServerName, column: string, to: ServerName): number | undefined {
    const [one, other] = [this.spread(server, column), this.spread(to, column)];
    return one === undefined || !other?.median ? undefined : one.median / other.median;
  }
}
