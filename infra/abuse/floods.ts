import type { Flood } from "./flood.ts";
import { authoriserQuestions } from "./floods/authoriser-questions.ts";
import { malformedPackets } from "./floods/malformed-packets.ts";
import { pongs } from "./floods/pongs.ts";
import { sessionChurn } from "./floods/session-churn.ts";
import { unpolledReplays } from "./floods/unpolled-replays.ts";
import { unreadReplays } from "./floods/unread-replays.ts";
import { wideBodies } from "./floods/wide-bodies.ts";

/** All floods, in their order of execution. */
export const floods: readonly Flood[] = [
  malformedPackets,
  unreadReplays,
  unpolledReplays,
  sessionChurn,
  pongs,
  wideBodies,
  authoriserQuestions,
];
