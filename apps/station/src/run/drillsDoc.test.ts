import { describe, expect, it } from "vitest";
import { drillsDoc } from "./drillsDoc.ts";

const id = "AAAAAAAAAAAAAAAAAAAAAA";
const digest = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const verdict = {
  at: "ready",
  step: null,
  cause: null,
  whose: "both",
  when: 5,
  signedByBoth: true,
  setUp: 40,
  roundTrip: 1,
  lost: 0,
};
const line = {
  next: 1,
  expected: 2,
  verdict,
  station: digest,
  browsers: ["Chromium 141"],
  changed: null,
  ticks: ["passed"],
};
const run = { link: id, call: id, role: "caller", terminal: id, browser: "", began: 1, until: 2 };

describe("how drills are kept", () => {
  it("[ST12] [DR24] what a version before sessions wrote is read: its drills were direct ones, and its verdict stands", () => {
    const older = { links: { [id]: line }, runs: [{ ...run, at: "lastWord", found: null, early: null }] };
    const read = drillsDoc.parse(JSON.parse(JSON.stringify(older)));
    expect(read.links[id]).toMatchObject({
      verdict,
      sessions: {},
      oneWay: null,
      asked: null,
      coming: null,
      deaf: null,
    });
    expect(read.runs).toMatchObject([{ at: "lastWord", session: "direct" }]);
  });

  it("[ST12] comes back as it was, and nothing that is no session is read", () => {
    const now = {
      links: {
        [id]: {
          ...line,
          sessions: { direct: { ...verdict, session: "direct" }, relay: { ...verdict, session: "relay" } },
          oneWay: { role: "called", verdict: { ...verdict, at: "notReady", step: "ring", cause: "notAnswered" } },
          asked: { session: "reload", until: 9 },
          coming: null,
          route: "direct",
          theirs: digest,
          deaf: { station: null, until: 9 },
        },
      },
      runs: [{ ...run, session: "relay", at: "yielded" }],
    };
    expect(drillsDoc.parse(JSON.parse(JSON.stringify(now)))).toEqual(now);
    const odd = { ...now, runs: [{ ...run, session: "sideways", at: "yielded" }] };
    expect(drillsDoc.safeParse(odd).success).toBe(false);
  });
});
