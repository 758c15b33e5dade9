import type { Position, RoomName } from "@roomcast/events";
import type { Session, Subscription } from "../sessions/session.ts";
import { type SessionStore, type StoredSubscription, toStored } from "../sessions/session-store.ts";

/**
 * Stores subscriptions of a session. With the first ones the session is stored whole: as long as it follows only the rooms
 * in which every connection begins, its client's position alone says where it goes on.
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
    const first = [...session.subscriptions.values()].filter(({ room }) => !rooms.has(room));
    const all = [...first.map((one) => asEntered(session, one)), ...subscriptions];
    return store.create(id, { userId, batch, subscriptions: all }, versions.next);
  });
}

/** Forgets subscriptions of what is stored; to leave one of the first rooms is something to keep. */
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

/** A room that was entered at the beginning, as if it had been stored then. */
function asEntered(session: Session, subscription: Subscription): StoredSubscription {
  const { confirmedFor: epoch, enteredAt } = session;
  const from = { epoch, offset: Math.min(subscription.since, enteredAt) };
  return toStored(subscription, { from, at: { epoch, offset: enteredAt }, isReset: false });
}

/** The session has entered its first rooms, and there is nothing to keep of it yet. */
export function noteEntered(session: Session, { epoch, offset }: Position): void {
  session.confirmedFor = epoch;
  session.enteredAt = offset;
}
