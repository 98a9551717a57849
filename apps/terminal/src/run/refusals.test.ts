import { describe, expect, it } from "vitest";
import { type Clock, instant, ms } from "@parley/base/time";
import type { Refusal } from "../model/refusal.ts";
import { refusalsFor } from "./refusals.ts";

/** A clock by hand, with the refusals shown one after another. */
function begin() {
  let now = 0;
  let waits: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => instant(now),
    elapsed: () => ms(now),
    wait: (for_, run) => {
      const one = { at: now + for_, run };
      waits.push(one);
      return () => void (waits = waits.filter((other) => other !== one));
    },
  };
  const shown: (string | null)[] = [];
  const refusals = refusalsFor(clock, (refusal: Refusal | null) => void shown.push(refusal?.code ?? null));
  const pass = (seconds: number): void => {
    now += seconds * 1000;
    const due = waits.filter(({ at }) => at <= now);
    waits = waits.filter(({ at }) => at > now);
    for (const { run } of due) run();
  };
  return { refusals, shown, pass };
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
