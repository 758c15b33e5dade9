import type { Scenario } from "./scenario.ts";
import { authoriser } from "./scenarios/authoriser.ts";
import { cutRedis } from "./scenarios/cut-redis.ts";
import { evictingRedis } from "./scenarios/evicting-redis.ts";
import { failover, failoverRollback } from "./scenarios/failover.ts";
import { fixedAddress } from "./scenarios/fixed-address.ts";
import { fullHouse } from "./scenarios/full-house.ts";
import { killRedisConnections } from "./scenarios/kill-redis-connections.ts";
import { killReplica } from "./scenarios/kill-replica.ts";
import { malformedPackets } from "./scenarios/malformed-packets.ts";
import { publishStorm } from "./scenarios/publish-storm.ts";
import { quietRooms } from "./scenarios/quiet-rooms.ts";
import { reconnectStorm } from "./scenarios/reconnect-storm.ts";
import { restartRedis, restartRedisAof, restartRedisRdb } from "./scenarios/restart-redis.ts";
import { revokedFailover } from "./scenarios/revoked-failover.ts";
import { rollingRestart } from "./scenarios/rolling-restart.ts";
import { slowClients } from "./scenarios/slow-clients.ts";
import { slowLinks } from "./scenarios/slow-links.ts";
import { slowResume } from "./scenarios/slow-resume.ts";
import { stopRedisBriefly, stopRedisLong } from "./scenarios/stop-redis.ts";
import { stopReplica60, stopReplicaBriefly } from "./scenarios/stop-replica.ts";
import { trimmedHistory } from "./scenarios/trimmed-history.ts";
import { trimmedLog } from "./scenarios/trimmed-log.ts";

export { mutants } from "./scenarios/mutants.ts";

/** All faults, in the order of the summary. */
export const scenarios: readonly Scenario[] = [
  killReplica,
  fullHouse,
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
  revokedFailover,
  fixedAddress,
  evictingRedis,
  slowClients,
  slowLinks,
  reconnectStorm,
  publishStorm,
  malformedPackets,
  trimmedHistory,
  trimmedLog,
  slowResume,
  quietRooms,
  authoriser,
  rollingRestart,
];
