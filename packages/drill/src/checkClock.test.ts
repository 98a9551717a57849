import { describe, expect, it } from "vitest";
import { ms, seconds } from "@parley/base/time";
import { clockFindings, twoWayOf } from "./checkClock.ts";
import type { CheckFacts, SideFacts } from "./checkFacts.ts";
import { wellFacts, wellSide } from "./testing/facts.ts";

const side = (clock: Partial<SideFacts["clock"]>): SideFacts => ({
  ...wellSide,
  clock: { ...wellSide.clock, ...clock },
});
/** Theirs is ahead by so many seconds, known to within a tenth of one. */
const ahead = (by: number, more: Partial<CheckFacts> = {}): string => {
  const time = { offset: seconds(by), uncertainty: ms(100), roundTrip: ms(200) };
  return clockFindings({ ...wellFacts, time, ...more })
    .map(({ whose, level }) => `${whose} ${level}`)
    .join();
};
const other = (by: number) => ({ offset: seconds(by), uncertainty: ms(100) });

describe("two clocks", () => {
  it("[CK2] are read by an ask and an answer, to within half of what the way there and back took", () => {
    expect(twoWayOf(1000, 41_020, 41_025, 1065)).toEqual({ offset: 39_990, uncertainty: 30, roundTrip: 60 });
    expect(twoWayOf(1000, 1000, 1000, 1000)).toEqual({ offset: 0, uncertainty: 0, roundTrip: 0 });
    // A clock that was set in between gives no negative times.
    expect(twoWayOf(1000, 900, 1900, 1010).roundTrip).toBe(0);
  });

  it("[CK2] that surely differ by more than 2 s are a warning, by more than 30 s red; what the path may explain is nothing", () => {
    expect([1, 2.1, 2.2, -2.2, 30.1, 30.2, -45].map((by) => ahead(by))).toEqual([
      "",
      "",
      "both warn",
      "both warn",
      "both warn",
      "both red",
      "both red",
    ]);
    const slow = { offset: seconds(5), uncertainty: seconds(4), roundTrip: seconds(8) };
    expect(clockFindings({ ...wellFacts, time: slow })).toEqual([]);
    expect(clockFindings({ ...wellFacts, time: null })).toEqual([]);
    expect(clockFindings({ ...wellFacts, time: { ...slow, uncertainty: ms(0) } })[0]?.value).toBe("5.0 s ± 0.0 s");
  });

  it("[CK3] are blamed on the one that moved by itself the way that they differ, or that is behind its own record", () => {
    expect(ahead(40, { theirs: side({ stepped: seconds(40) }) })).toBe("theirs red");
    expect(ahead(40, { ours: side({ stepped: seconds(-40) }) })).toBe("ours red");
    // What moved the other way, or hardly, explains nothing; two explanations are none.
    expect(ahead(40, { theirs: side({ stepped: seconds(-40) }) })).toBe("both red");
    expect(ahead(40, { theirs: side({ stepped: seconds(1) }) })).toBe("both red");
    expect(ahead(40, { theirs: side({ stepped: seconds(40) }), ours: side({ stepped: seconds(-9) }) })).toBe(
      "both red",
    );
    expect(ahead(40, { ours: side({ behind: true }) })).toBe("ours red");
    expect(ahead(-40, { ours: side({ behind: true }) })).toBe("both red");
    expect(ahead(-40, { theirs: side({ behind: true }) })).toBe("theirs red");
    expect(ahead(40, { theirs: null })).toBe("both red");
  });

  it("[CK3] are blamed on the one that third parties' clocks are against, which counts for more", () => {
    expect(ahead(40, { others: [other(0)] })).toBe("theirs red");
    expect(ahead(40, { others: [other(40)] })).toBe("ours red");
    expect(ahead(40, { others: [other(0), other(40)] })).toBe("both red");
    expect(ahead(40, { others: [other(-40)] })).toBe("both red");
    expect(ahead(40, { others: [other(0), other(1), other(40)], ours: side({ stepped: seconds(-40) }) })).toBe(
      "theirs red",
    );
  });
});
