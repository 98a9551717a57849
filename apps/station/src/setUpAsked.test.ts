import { expect, it } from "vitest";
import { minutes } from "@parley/base/time";
import { setUpAsked } from "./setUpAsked.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";

it("[VW56] a set-up screen asked of a terminal that is just away opens once it comes, once, and not after ten minutes", () => {
  const { clock, pass } = clockByHand();
  const on = new Set<string>();
  const opened: string[] = [];
  const asked = setUpAsked({ clock, isOn: (one) => on.has(one), open: (one) => void opened.push(one) });
  const come = (terminal: string): void => {
    on.add(terminal);
    asked.came(terminal);
  };
  asked.ask("desk");
  expect(opened).toEqual([]);
  pass(minutes(1));
  come("desk");
  come("desk");
  expect(opened).toEqual(["desk"]);
  asked.ask("desk");
  expect(opened).toEqual(["desk", "desk"]);
  asked.ask("other");
  pass(minutes(10));
  come("other");
  expect(opened).toEqual(["desk", "desk"]);
});
