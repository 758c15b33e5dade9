import type { Scenario } from "./scenario.ts";
import { cutRedis } from "./scenarios/cut-redis.ts";
import { failover, failoverRollback } from "./scenarios/failover.ts";
import { killRedisConnections } from "./scenarios/kill-redis-connections.ts";
import { killReplica } from "./scenarios/kill-replica.ts";
import { malformedPackets } from "./scenarios/malformed-packets.ts";
import { publishStorm } from "./scenarios/publish-storm.ts";
import { reconnectStorm } from "./scenarios/reconnect-storm.ts";
import { restartRedis, restartRedisAof, restartRedisRdb } from "./scenarios/restart-redis.ts";
import { rollingRestart } from "./scenarios/rolling-restart.ts";
import { slowClients } from "./scenarios/slow-clients.ts";
import { stopRedisBriefly, stopRedisLong } from "./scenarios/stop-redis.ts";
import { stopReplica60, stopReplicaBriefly } from "./scenarios/stop-replica.ts";
import { trimmedHistory } from "./scenarios/trimmed-history.ts";

export { mutant } from "./scenarios/mutant.ts";

/** Every fault, in the order of the summary. */
export const scenarios: readonly Scenario[] = [
  killReplica,
  stopReplicaBriefly,
  stopReplica60,
  stopRedisBriefly,
  stopRedisLong,
  restartRedis,
  restartRedisAof,
  restartRedisRdb,
  killRedisConnections,
  cutRedis,
  failover,
  failoverRollback,
  slowClients,
  reconnectStorm,
  publishStorm,
  malformedPackets,
  trimmedHistory,
  rollingRestart,
];
