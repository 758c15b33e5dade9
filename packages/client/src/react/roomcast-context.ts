import { createContext, createElement, type ReactNode, useContext } from "react";
import type { Roomcast } from "../roomcast.ts";

const RoomcastContext = createContext<Roomcast | undefined>(undefined);

/** Gives a Roomcast, made once outside of rendering, to the components below. */
export function RoomcastProvider(props: { roomcast: Roomcast; children?: ReactNode }) {
  return createElement(RoomcastContext.Provider, { value: props.roomcast }, props.children);
}

/** The Roomcast of the provider above; throws if there is none. */
export function useRoomcast(): Roomcast {
  const roomcast = useContext(RoomcastContext);
  if (roomcast === undefined) throw new Error("useRoomcast needs a RoomcastProvider above");
  return roomcast;
}
