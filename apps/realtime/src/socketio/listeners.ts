import type { EventEmitter } from "node:events";

type Listener = (...args: never[]) => void;
type Listeners = Listener | Listener[];

/** What EventEmitter keeps its listeners in: by event, and nothing inherited but what is given here. */
export type ListenerTable = Record<string, Listeners | undefined>;

/** Where Node's EventEmitter keeps its listeners. */
interface Internals {
  _events: ListenerTable | undefined;
  _eventsCount: number;
}

/**
 * A class of listener tables with listeners that all of them have and none may lose. What EventEmitter makes itself is a
 * dictionary, 250 bytes for five events; those of a class share one hidden class.
 */
export function listenerTableClass(common: ListenerTable): new () => ListenerTable {
  class Table {}
  // Clients choose names of events: one called "constructor" must find nothing here.
  delete (Table.prototype as { constructor?: unknown }).constructor;
  Object.setPrototypeOf(Table.prototype, null);
  Object.assign(Table.prototype, common);
  return Table as new () => ListenerTable;
}

const Table = listenerTableClass({});

/** Keeps an emitter's listeners in less room; those that come later are added as ever. */
export function compactListeners(emitter: EventEmitter): void {
  const internals = emitter as unknown as Internals;
  const table = new Table();
  for (const [event, listeners] of Object.entries(internals._events ?? {})) {
    // Streams name events that nobody listens to. An array that was pushed to has room for sixteen more.
    if (listeners !== undefined) table[event] = Array.isArray(listeners) ? listeners.slice() : listeners;
  }
  internals._events = table;
}

/** Takes all listeners off. What `removeAllListeners` leaves is an empty table; EventEmitter makes one when it must. */
export function dropListeners(emitter: EventEmitter): void {
  Object.assign(emitter as unknown as Internals, { _events: undefined, _eventsCount: 0 });
}
