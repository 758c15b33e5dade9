import { createContext, createElement, type ReactNode, useContext } from "react";
import type { Roomcast } from "../roomcast.ts";

const RoomcastContext = createContext<Roomcast | undefined>(undefined);

/** Provides a Roomcast to the components below. Create it once, outside of rendering. */
export function RoomcastProvider(props: { roomcast: Roomcast; children?: ReactNode }) {
  return createElement(RoomcastContext.Provider, { value: props.roomcast }, props.children);
}

/** Returns the Roomcast of the provider above. Throws if there is none. */
export function useRoomcast(): Roomcast {
  const roomcast = useContext(RoomcastContext);
  if (roomcast === undefined) throw new Error("useRoomcast needs a RoomcastProvider above");
  return roomcast;
}
