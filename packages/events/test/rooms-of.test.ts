import { describe, expect, test } from "@jest/globals";
import {
  catalogue,
  type EventEnvelope,
  type EventType,
  exampleOf,
  type RoomName,
  roomsOf,
} from "@roomcast/events";

const types = Object.keys(catalogue) as EventType[];

function defaultRooms(type: EventType, data: object): [RoomName, ...RoomName[]] {
  return (catalogue[type].rooms as (data: object) => [RoomName, ...RoomName[]])(data);
}

function envelope(type: EventType, room: RoomName, data: object): EventEnvelope {
  return { id: "1", type, room, timestamp: "", correlationId: null, data } as EventEnvelope;
}

describe("the rooms a client takes an event to have gone to", () => {
  test.each(types)("are those of the catalogue for %s", (type) => {
    const data = exampleOf(type);
    const rooms = defaultRooms(type, data);
    expect(roomsOf(envelope(type, rooms[0], data))).toEqual(rooms);
  });

  test.each(types)("are those of the catalogue for %s without the id of a second room", (type) => {
    const data = exampleOf(type);
    const [first, second] = defaultRooms(type, data);
    if (second === undefined) return;
    const without = Object.fromEntries(
      Object.entries(data).filter(([, value]) => second.split(":")[1] !== value),
    );
    expect(defaultRooms(type, without)).toEqual([first]);
    expect(roomsOf(envelope(type, first, without))).toEqual([first]);
  });

  test("are only the primary one when the publisher chose another", () => {
    const data = exampleOf("agent.connected");
    expect(roomsOf(envelope("agent.connected", "channel:ops", data))).toEqual(["channel:ops"]);
  });
});
