import type { Environment } from "../environment.ts";
import type { ClientPlan } from "../load/client-plan.ts";
import type { Setting } from "./bench-server.ts";

/** The plan of a stock socket.io-client on the websocket transport that follows its rooms. */
export function socketIoPlan(environment: Environment, port: number, setting: Setting): ClientPlan {
  const { rooms, moreRooms = [], measuresLatency = false } = setting;
  const subscriptions = ["project:%r", ...moreRooms].flatMap((room, index) => [
    { send: `42/ws,${index}["subscribe",{"room":"${room}"}]` },
    { expect: `43/ws,${index}` },
  ]);
  return {
    port,
    path: "/socket.io/?EIO=4&transport=websocket",
    steps: [{ expect: "0" }, { send: '40/ws,{"token":"%t"}' }, { expect: "40/ws" }, ...subscriptions],
    event: { prefix: '42/ws,["project.updated"' },
    rooms,
    tokens: environment.tokens,
    measuresLatency,
  };
}
