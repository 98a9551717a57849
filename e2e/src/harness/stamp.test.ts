import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beepBegins, nextBeep, sinceBeep } from "./soundClock.ts";
import { ageOf, missedBetween, stampOf } from "./stamp.ts";
import { beepAt, partyOfTone, toneOf } from "./tone.ts";

const wall = fc.integer({ min: 1_700_000_000_000, max: 2_000_000_000_000 });

describe("stamps", () => {
  it("tell a picture's age to the millisecond, up to half an hour, across every wrap", () => {
    fc.assert(
      fc.property(wall, fc.nat(1_800_000), fc.nat(5_000), (drawn, age, sequence) => {
        expect(ageOf(stampOf(drawn, sequence), drawn + age)).toBe(age);
        if (age > 0) expect(ageOf(stampOf(drawn + age, sequence), drawn)).toBe(-age);
      }),
    );
  });
  it("tell how many pictures went missing between two", () => {
    fc.assert(
      fc.property(wall, fc.nat(100_000), fc.nat(400), (drawn, sequence, missed) => {
        const [a, b] = [stampOf(drawn, sequence), stampOf(drawn + 33, sequence + missed + 1)];
        expect(missedBetween(a, b)).toBe(missed);
        expect([missedBetween(b, b), missedBetween(b, a)]).toEqual([0, 0]);
      }),
    );
  });
});

describe("sound", () => {
  it("a beep is begun on a whole period of the wall clock, and a delayed one tells its delay", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.7e12, max: 2e12, noNaN: true }),
        fc.integer({ min: 0, max: 449 }),
        (zero, delay) => {
          const at = nextBeep(zero, 3.2, 0.1);
          expect(at).toBeGreaterThan(3.29);
          expect(at).toBeLessThan(3.81);
          expect(sinceBeep(zero + at * 1000 - 20)).toBeCloseTo(-20, 0);
          expect(Math.abs(sinceBeep(zero + at * 1000 + delay + 0.01) - delay)).toBeLessThan(0.1);
        },
      ),
    );
  });
  it("its beginning is found after silence, and never in the middle of a beep", () => {
    const rate = 48_000;
    const heard = (from: number) =>
      Float32Array.from({ length: rate / 5 }, (_, i) => {
        const t = from + i / rate;
        return 0.4 * beepAt(t) * Math.sin(2 * Math.PI * toneOf(2) * t);
      });
    const begins = beepBegins(heard(0.4), rate / 20);
    expect(begins).toBeGreaterThan(0.1 * rate);
    expect(begins).toBeLessThan(0.103 * rate);
    expect(beepBegins(heard(0.05), rate / 20)).toBeNull();
    expect(beepBegins(new Float32Array(rate), rate / 20)).toBeNull();
  });
  it("every party's pitch is its own", () => {
    for (let party = 1; party <= 15; party++) expect(partyOfTone(toneOf(party) + 50)).toBe(party);
    expect(partyOfTone(toneOf(3) + 100)).toBeNull();
    expect(partyOfTone(100)).toBeNull();
  });
});
