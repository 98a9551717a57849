import { expect, it } from "vitest";
import { type Pins, callPins } from "./callPins.ts";

it("[ID37] a terminal in a call is told of new pins, once, and no more when the call is over", () => {
  let now: Pins | null = { ours: "a", theirs: "b" };
  let open = true;
  const told: unknown[] = [];
  const pins = callPins({
    pinsOf: () => now,
    isOpen: () => open,
    tell: (to, { call, pins: these }) => told.push(to, call, these),
  });
  expect(pins.give("desk", "link", "call")).toEqual(now);
  pins.changed();
  expect(told).toEqual([]);
  now = { ours: "a2", theirs: "b" };
  pins.changed();
  pins.changed();
  expect(told.splice(0)).toEqual(["desk", "call", now]);
  open = false;
  now = { ours: "a3", theirs: "b" };
  pins.changed();
  open = true;
  pins.changed();
  expect(told).toEqual([]);
});
