import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Heard, judgeSweep, soundBehind, sweepLasts, sweepTones, toneAt, toneLasts } from "./sweep.ts";

/** What a listener hears of a sweep that began at `began`, with each band weakened and delayed. */
function listen(
  began: number,
  lasts: number,
  lost: readonly number[] = [],
  late: (hz: number) => number = () => 0,
): Heard[] {
  return Array.from({ length: Math.floor(lasts / 25) }, (_, i) => {
    const at = i * 25;
    const levels = sweepTones.map((hz) => {
      const then = at - began - late(hz);
      const sounds = then >= 0 && toneAt(then) === hz;
      return sounds && !lost.includes(hz) ? -20 : -110;
    });
    return { at, levels };
  });
}

describe("the tone sweep", () => {
  it("goes from 125 Hz to 15 kHz and ends in silence, over and over", () => {
    expect(sweepTones[0]).toBe(125);
    expect(sweepTones.at(-1)).toBe(15_000);
    expect(toneAt(0)).toBe(125);
    expect(toneAt(sweepLasts + toneLasts)).toBe(250);
    expect(toneAt(sweepLasts - 1)).toBeNull();
  });

  it("[DR16] says of each band its level and how much later than the earliest it came", () => {
    const heard = judgeSweep(listen(400, 3 * sweepLasts, [15_000], (hz) => (hz === 8000 ? 75 : 0)));
    expect(heard.bands.find(({ hz }) => hz === 15_000)).toEqual({ hz: 15_000, below: null, late: 0 });
    expect(heard.bands.find(({ hz }) => hz === 8000)?.late).toBe(75);
    expect(heard.bands.filter(({ below }) => below === 0).length).toBe(8);
    expect(heard.began).toBeCloseTo(400, -2);
  });

  it("[DR16] what is no tone is not heard as one: silence, noise in every band, nothing at all", () => {
    for (const levels of [-110, -30])
      expect(
        judgeSweep(Array.from({ length: 200 }, (_, i) => ({ at: i * 25, levels: sweepTones.map(() => levels) }))).bands,
      ).toEqual(sweepTones.map((hz) => ({ hz, below: null, late: 0 })));
    expect(judgeSweep([]).began).toBeNull();
  });

  it("[DR16] whenever it began and was listened to, the beginning is found modulo its length", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: sweepLasts, max: 4 * sweepLasts }),
        (began, more) => {
          const { began: found } = judgeSweep(listen(began, began + more));
          const off = Math.abs((found ?? Infinity) - (began % sweepLasts));
          expect(Math.min(off, sweepLasts - off)).toBeLessThanOrEqual(25);
        },
      ),
    );
  });

  it("[DR16] it is total: any levels at any time give an answer of the report's bounds", () => {
    const level = fc.double({ min: -200, max: 20, noNaN: true });
    const moment = fc.record({
      at: fc.integer({ min: 0, max: 100_000 }),
      levels: fc.array(level, { minLength: sweepTones.length, maxLength: sweepTones.length }),
    });
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 50 }), (moments) => {
        for (const { below, late } of judgeSweep(moments).bands) {
          expect(below === null || (below >= 0 && below <= 255)).toBe(true);
          expect(late >= 0 && late <= 0xffff).toBe(true);
        }
      }),
    );
  });

  it("sound is behind its picture by as much as its sweep began later than the card's clock", () => {
    expect(soundBehind(430, 400)).toBe(30);
    expect(soundBehind(20, sweepLasts * 7 + sweepLasts - 20)).toBe(40);
    expect(soundBehind(null, 3)).toBeNull();
  });
});
