/** Whether the process may receive traffic, and if not, why. */
export interface HealthReport {
  status: "ready" | "unready";
  /** For each check "ok", or the reason of its failure. */
  checks: Record<string, string>;
}

/** Passes by returning and fails by throwing. The error's message is shown as the reason. */
export type HealthCheck = () => Promise<void> | void;

/** The checks that decide whether a process is ready. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();
  readonly #timeoutMs: number;

  /** A check fails if it takes longer than `timeoutMs` (default 2,000). */
  constructor({ timeoutMs = 2_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  /** Adds a check and returns a function that removes it. Throws if the name is in use. */
  add(name: string, check: HealthCheck): () => void {
    if (this.#checks.has(name)) throw new Error(`a health check named "${name}" already exists`);
    this.#checks.set(name, check);
    return () => this.#checks.delete(name);
  }

  /** Runs all checks at the same time. Never rejects. */
  async report(): Promise<HealthReport> {
    const entries = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await this.#outcome(check)] as const),
    );
    const isReady = entries.every(([, outcome]) => outcome === "ok");
    return { status: isReady ? "ready" : "unready", checks: Object.fromEntries(entries) };
  }

  async #outcome(check: HealthCheck): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, this.#timeoutMs, `no answer within ${this.#timeoutMs} ms`);
    });
    try {
      return await Promise.race([passes(check), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Adds the check "draining" and returns a function that makes it fail from then on. */
export function addDrainCheck(health: Health): () => void {
  let isDraining = false;
  health.add("draining", () => {
    if (isDraining) throw new Error("the process is about to end");
  });
  return () => {
    isDraining = true;
  };
}

async function passes(check: HealthCheck): Promise<string> {
  try {
    await check();
    return "ok";
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  }
}
