import { describe, expect, it } from "vitest";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { seconds } from "@parley/base/time";
import type { Refusal } from "../model/refusal.ts";
import { refusalsFor } from "./refusals.ts";

/** The refusals shown one after another, by a clock by hand. */
function begin() {
  const { clock, pass } = clockByHand();
  const shown: (string | null)[] = [];
  const refusals = refusalsFor(clock, (refusal: Refusal | null) => void shown.push(refusal?.code ?? null));
  return { refusals, shown, pass: (time: number) => pass(seconds(time)) };
}

describe("refusals at a terminal", () => {
  it("[VW59] a refused press shows why for twenty seconds, or until the next press", () => {
    const { refusals, shown, pass } = begin();
    refusals.pressed();
    pass(1);
    refusals.heard("LINE_IN_USE");
    pass(19);
    expect(shown).toEqual(["LINE_IN_USE"]);
    pass(1);
    expect(shown).toEqual(["LINE_IN_USE", null]);
    refusals.pressed();
    refusals.heard("CALL_OVER");
    refusals.pressed();
    expect(shown.slice(2)).toEqual(["CALL_OVER", null]);
    pass(60);
    expect(shown.length).toBe(4);
  });

  it("[VW59] what nobody at the terminal asked for is shown to nobody", () => {
    const { refusals, shown, pass } = begin();
    refusals.heard("CALL_OVER");
    refusals.pressed();
    pass(16);
    refusals.heard("CALL_OVER");
    expect(shown).toEqual([]);
  });
});
