import { MemoryRevocationStore, type Revocation, type UserRevocations } from "@roomcast/auth";
import { ProtocolError } from "@roomcast/events";

/** Revocations in memory that cannot be read for a time. */
export class PausableRevocations extends MemoryRevocationStore {
  isReadable = true;
  /** How often someone tried to read them in vain. */
  refusals = 0;

  constructor() {
    super({ ttlMs: 60_000 });
  }

  /** Takes something back from a user, from all tokens of until now. */
  take(userId: string, what: Pick<Revocation, "room" | "tokenId"> = {}): Promise<void> {
    return this.add({ userId, atMs: Date.now() + 1_000, ...what });
  }

  override async of(userId: string): Promise<UserRevocations> {
    this.#check();
    return super.of(userId);
  }

  override async ofMany(userIds: readonly string[]): Promise<Map<string, UserRevocations>> {
    this.#check();
    return super.ofMany(userIds);
  }

  #check(): void {
    if (this.isReadable) return;
    this.refusals++;
    throw new ProtocolError("unavailable", "revocations cannot be read now");
  }
}
