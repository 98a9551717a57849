import { ms } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { type Pulse, feel, lostAfter } from "./pulse.ts";

describe("pulse", () => {
  it("begins with the first frame that opens and is lost one second after the last", () => {
    let pulse: Pulse = { at: "silent" };
    const at = (time: number, opened: number): string | null => {
      const [next, change] = feel(pulse, opened, ms(time));
      pulse = next;
      return change;
    };
    expect(at(0, 0)).toBe(null);
    expect(at(5000, 0)).toBe(null);
    expect(at(5100, 3)).toBe("up");
    expect(at(5200, 1)).toBe(null);
    expect(at(5200 + lostAfter - 1, 0)).toBe(null);
    expect(at(5200 + lostAfter, 0)).toBe("lost");
    expect(at(9000, 0)).toBe(null);
    expect(at(9100, 1)).toBe("up");
  });
});
