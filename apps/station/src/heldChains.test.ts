import { expect, it } from "vitest";
import { after, hours, minutes } from "@parley/base/time";
import { heldChains } from "./heldChains.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";

const desk = "desk";
const [first, second] = [new Uint8Array([1]), new Uint8Array([2])];

it("[ID29] a terminal that stays on line is asked to renew when that is due, until it has", () => {
  const { clock, pass, waiting } = clockByHand();
  const asked: string[] = [];
  const chains = heldChains(clock, (terminal) => void asked.push(terminal));
  expect([chains.of(desk), chains.isDue(desk)]).toEqual([null, true]);
  chains.put(desk, first, after(clock.now(), hours(56)));
  pass(hours(55));
  expect([chains.of(desk), chains.isDue(desk), asked]).toEqual([first, false, []]);
  pass(hours(1));
  expect([chains.of(desk), chains.isDue(desk), asked]).toEqual([first, true, [desk]]);
  pass(minutes(20));
  expect(asked.length).toBe(3);
  chains.put(desk, second, after(clock.now(), hours(56)));
  pass(hours(50));
  expect([chains.of(desk), asked.length, waiting()]).toEqual([second, 3, 1]);
  chains.drop(desk);
  expect([chains.of(desk), waiting()]).toEqual([null, 0]);
});
