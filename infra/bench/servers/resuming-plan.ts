import type { ClientPlan } from "../load/client-plan.ts";

const welcome = '42/ws,["connection.established"';

/** The plan of clients that only wait for the welcome and follow no rooms. */
export function untilWelcomed(plan: ClientPlan): ClientPlan {
  return { ...plan, steps: [...plan.steps.slice(0, 3), { expect: welcome }] };
}

/** The plan of clients that can resume: the first connection subscribes, later ones get its rooms back. */
export function resuming(plan: ClientPlan): ClientPlan {
  const [opened, , connected, ...subscriptions] = plan.steps;
  if (opened === undefined || connected === undefined) throw new Error("not a plan of a Socket.IO client");
  const login = { send: '40/ws,{"token":"%t"%a}' };
  return { ...plan, steps: [opened, login, connected, { expect: welcome }], freshSteps: subscriptions };
}
