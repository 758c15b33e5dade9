/** What a client says or waits for, in turn: `%i` is its number, `%r` its room, `%t` its token. */
export type Step =
  | { send: string }
  /** Waits for a message that begins like this. */
  | { expect: string };

/** How the clients of a load speak to a server. */
export interface ClientPlan {
  port: number;
  /** The address that the connection is upgraded at. */
  path: string;
  steps: readonly Step[];
  /** Left out by clients that resume a session. */
  freshSteps?: readonly Step[];
  /** What tells an event: how the message begins, or a text within it, once for each event. */
  event: { prefix: string } | { mark: string };
  /** Clients take turns to be in the rooms 0 to `rooms - 1`. */
  rooms: number;
  /** A file with a token on each line. */
  tokens?: string;
  /** Offers permessage-deflate and deflates what it sends, as browsers do. */
  deflates?: boolean;
  measuresLatency?: boolean;
}

/** The plan as the load generators' command line. */
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
