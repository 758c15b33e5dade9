import type { ClientPlan } from "../load/client-plan.ts";

const greeting = '42/ws,["connection.established"';

/** The plan of clients that are connected, and follow nothing yet, once they were greeted. */
export function untilGreeted(plan: ClientPlan): ClientPlan {
  return { ...plan, steps: [...plan.steps.slice(0, 3), { expect: greeting }] };
}

/** The plan of clients that can resume: their first connection subscribes, later ones get its rooms back unasked. */
export function resuming(plan: ClientPlan): ClientPlan {
  const [opened, , connected, ...subscriptions] = plan.steps;
  if (opened === undefined || connected === undefined) throw new Error("not a plan of a Socket.IO client");
  const login = { send: '40/ws,{"token":"%t"%a}' };
  return { ...plan, steps: [opened, login, connected, { expect: greeting }], freshSteps: subscriptions };
}
