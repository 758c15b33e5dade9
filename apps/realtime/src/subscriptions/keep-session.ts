import type { Position, RoomName } from "@roomcast/events";
import type { Session, Subscription } from "../sessions/session.ts";
import { type SessionStore, type StoredSubscription, toStored } from "../sessions/session-store.ts";

/**
 * Stores subscriptions of a session. The first call stores the whole session. Before that the session follows
 * only its automatic rooms, and its client's position alone says where it resumes.
 */
export async function keepSubscriptions(
  store: SessionStore,
  session: Session,
  subscriptions: StoredSubscription[],
): Promise<void> {
  const { id, userId, batch } = session;
  await session.store((versions) => {
    if (session.isStored) return store.save(id, { userId, batch, subscriptions }, versions);
    const rooms = new Set(subscriptions.map(({ room }) => room));
    const automatic = [...session.subscriptions.values()].filter(({ room }) => !rooms.has(room));
    const all = [...automatic.map((one) => asEntered(session, one)), ...subscriptions];
    return store.create(id, { userId, batch, subscriptions: all }, versions.next);
  });
}

/**
 * Removes subscriptions from the stored session. A session that leaves an automatic room is stored, so that a
 * resume knows that it left.
 */
export async function dropSubscriptions(
  store: SessionStore,
  session: Session,
  rooms: readonly RoomName[],
): Promise<void> {
  if (session.isStored) return session.store((versions) => store.drop(session, rooms, versions));
  const { id, userId, batch } = session;
  const others = [...session.subscriptions.values()].filter(({ room }) => !rooms.includes(room));
  const subscriptions = others.map((one) => asEntered(session, one));
  await session.store(({ next }) => store.create(id, { userId, batch, subscriptions }, next));
}

/** An automatic room, as if it had been stored when the session joined it. */
function asEntered(session: Session, subscription: Subscription): StoredSubscription {
  const { confirmedFor: epoch, enteredAt } = session;
  const from = { epoch, offset: Math.min(subscription.since, enteredAt) };
  return toStored(subscription, { from, at: { epoch, offset: enteredAt }, isReset: false });
}

/** Records where the session joined its automatic rooms; there is nothing to store yet. */
export function noteEntered(session: Session, { epoch, offset }: Position): void {
  session.confirmedFor = epoch;
  session.enteredAt = offset;
}
