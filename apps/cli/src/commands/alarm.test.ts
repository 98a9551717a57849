import { describe, expect, it } from "vitest";
import { alarmText, exitFor } from "./alarm.ts";

const open = { at: "open", told: "first" } as const;

describe("parley alarm", () => {
  it("[AL1] says what is so, whose side, since when, what was done and what to do", () => {
    expect(
      alarmText({
        rank: 1,
        whose: "theirs",
        say: "The newest rehearsal of the line failed: no desk is open and idle.",
        cure: "See the step.",
        side: "their side (Estovar)",
        party: "Estovar",
        since: Date.UTC(2027, 0, 15, 8),
        times: 2,
        standing: { at: "open", told: "party" },
      }),
    ).toBe(
      [
        "1  The newest rehearsal of the line failed: no desk is open and idle.",
        "   their side (Estovar), line to Estovar, since 2027-01-15 08:00 UTC, seen 2 times: open, the other party told",
        "   See the step.",
      ].join("\n"),
    );
  });

  it("[AL4] exits for monitors: 3 what is open here, 1 what is only theirs, 0 what somebody has taken up", () => {
    const taken = { at: "acknowledged", by: "Ada", when: 1 } as const;
    expect(
      exitFor([
        { whose: "ours", standing: open },
        { whose: "theirs", standing: open },
      ]),
    ).toBe(3);
    expect(exitFor([{ whose: "both", standing: open }])).toBe(3);
    expect(
      exitFor([
        { whose: "theirs", standing: open },
        { whose: "ours", standing: taken },
      ]),
    ).toBe(1);
    expect(exitFor([{ whose: "ours", standing: taken }])).toBe(0);
    expect(exitFor([])).toBe(0);
  });
});
