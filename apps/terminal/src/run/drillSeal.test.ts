import { ms } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { drillSeal } from "./drillSeal.ts";

const forged = [{ what: "forgedFrames" }] as const;
const unsealed = [{ what: "unsealedFrames" }] as const;

describe("the seal of a drill", () => {
  it("[DR27] frames that nobody owned to in time are no finding once their sender's word has come", () => {
    const seal = drillSeal();
    expect(seal.judge([], ms(5))).toBeNull();
    seal.opened(ms(40));
    expect(seal.judge([], ms(50))).toMatchObject({ outcome: "passed", took: 40 });
    expect(seal.judge(forged, ms(4000))).toMatchObject({ outcome: "failed", cause: "forgedFrames", whose: "far" });
    expect(seal.judge([], ms(6000))).toMatchObject({ outcome: "passed", took: 40 });
  });

  it("[DR27] frames that were not sealed are one for good, whatever comes after", () => {
    const seal = drillSeal();
    seal.opened(ms(40));
    for (const alarms of [unsealed, [], forged])
      expect(seal.judge(alarms, ms(100))).toMatchObject({ outcome: "failed", cause: "unsealedFrames", took: 100 });
  });

  it("[DR27] a doubt that came in the last moment is waited for after the line's end, a moment and no longer", () => {
    const seal = drillSeal();
    seal.opened(ms(40));
    expect([seal.isOpen([], ms(0)), seal.isOpen(forged, ms(0)), seal.isOpen(forged, ms(1400))]).toEqual([
      false,
      true,
      true,
    ]);
    expect(seal.isOpen(forged, ms(1500))).toBe(false);
    seal.judge(unsealed, ms(100));
    expect(seal.isOpen(unsealed, ms(0))).toBe(false);
  });
});
