/** One thing that a client sends or waits for. `%i` is its number, `%r` its room, `%t` its token. */
export type Step =
  | { send: string }
  /** Waits for a message with this beginning. */
  | { expect: string };

/** What the clients of a load generator do. */
export interface ClientPlan {
  port: number;
  /** The path of the WebSocket upgrade. */
  path: string;
  steps: readonly Step[];
  /** Steps that clients skip when they resume a session. */
  freshSteps?: readonly Step[];
  /** How to recognise an event: the beginning of a message, or a text that occurs once for each event. */
  event: { prefix: string } | { mark: string };
  /** Clients are distributed over the rooms 0 to `rooms - 1`. */
  rooms: number;
  /** A file with a token on each line. */
  tokens?: string;
  /** Offers permessage-deflate and deflates everything that it sends, as browsers do. */
  deflates?: boolean;
  measuresLatency?: boolean;
}

/** Returns the plan as command line arguments of a load generator. */
export function planArguments(plan: ClientPlan): string[] {
  const step = (prefix: string) => (step: Step) =>
    "send" in step ? [`--${prefix}send`, step.send] : [`--${prefix}expect`, step.expect];
  return [
    ...["--port", String(plan.port), "--path", plan.path, "--rooms", String(plan.rooms)],
    ...(plan.tokens === undefined ? [] : ["--tokens", plan.tokens]),
    ...("prefix" in plan.event ? ["--event-prefix", plan.event.prefix] : ["--event-mark", plan.event.mark]),
    ...(plan.deflates === true ? ["--deflate", "1"] : []),
    ...(plan.measuresLatency === true ? ["--latency", "1"] : []),
    ...plan.steps.flatMap(step("")),
    ...(plan.freshSteps ?? []).flatMap(step("fresh-")),
  ];
}
