import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type StepResult,
  drillCauses,
  drillSessions,
  drillSides,
  drillSteps,
  stepOutcomes,
} from "@parley/protocol/signed/drillReport";
import { type Who, amiss, passed, sessionSteps, withResults } from "./steps.ts";
import { type Judged, judge as judgeSession } from "./verdict.ts";

const ofDirect = sessionSteps.direct.caller;
const whole = ofDirect.map((step) => passed(step, 10));
const judge = (caller: Judged | null, called: Judged | null) => judgeSession(caller, called, "direct");
const results = (...more: readonly StepResult[]) => ({ results: withResults(whole, more) });

/** A side's word on each step, most of them passed, some left out. */
const part = fc.option(
  fc
    .tuple(
      ...drillSteps.map((name) =>
        fc.oneof(
          { weight: 30, arbitrary: fc.constant<StepResult | null>(passed(name, 1)) },
          { weight: 1, arbitrary: fc.constant(null) },
          {
            weight: 1,
            arbitrary: fc.record({
              step: fc.constant(name),
              outcome: fc.constantFrom(...stepOutcomes),
              cause: fc.option(fc.constantFrom(...drillCauses)),
              whose: fc.constantFrom(...drillSides),
              took: fc.nat(),
            }),
          },
        ),
      ),
    )
    .map((all) => ({ results: all.flatMap((one) => one ?? []) })),
  { freq: 20 },
);

describe("the verdict of a drill", () => {
  it("[DR10] is ready exactly when both sides went through every step and found nothing wrong", () => {
    expect(judge(results(), results())).toEqual({ at: "ready", step: null, cause: null, whose: "both" });
    for (const missing of ofDirect) {
      const short = { results: whole.filter((one) => one.step !== missing) };
      expect(judge(short, results())).toMatchObject({ at: "notReady", step: missing, whose: "caller" });
      expect(judge(results(), short)).toMatchObject({ at: "notReady", step: missing, whose: "called" });
    }
    expect(judge(results(), null).at).toBe("notReady");
    expect(judge(null, null).at).toBe("notReady");
  });

  it("[DR10] total over any two parts, and never ready where either has anything but passes", () => {
    let ready = 0;
    fc.assert(
      fc.property(part, part, (caller, called) => {
        const verdict = judge(caller, called);
        const all = [caller, called].every(
          (one) => one !== null && ofDirect.every((name) => one.results.some(({ step: taken }) => taken === name)),
        );
        const clean = [caller, called].every((one) => one?.results.every(({ outcome }) => outcome === "passed"));
        if (all && clean) ready++;
        expect(verdict.at === "ready").toBe(all && clean);
        expect(verdict.at === "ready").toBe(verdict.step === null);
        expect(verdict.at === "ready").toBe(verdict.cause === null);
      }),
    );
    expect(ready).toBeGreaterThan(10);
  });

  it("[DR10] a step that failed counts before an earlier one that was weak", () => {
    const verdict = judge(
      results(amiss("path", "weak", "relayAway", "own", 1), amiss("sound", "failed", "soundNotSent", "own", 1)),
      results(),
    );
    expect(verdict).toEqual({ at: "notReady", step: "sound", cause: "soundNotSent", whose: "caller" });
    expect(judge(results(), results(amiss("path", "weak", "relayAway", "own", 1)))).toEqual({
      at: "degraded",
      step: "path",
      cause: "relayAway",
      whose: "called",
    });
  });

  it("[DR11] who speaks of itself is believed before who speaks of the other, and both before who cannot tell", () => {
    const notSent = amiss("picture", "failed", "pictureNotSent", "own", 1);
    const notArrived = amiss("picture", "failed", "pictureNotArrived", "far", 1);
    const unclear = amiss("picture", "failed", "pictureUnreadable", "unknown", 1);
    expect(judge(results(notArrived), results(notSent))).toMatchObject({ cause: "pictureNotSent", whose: "called" });
    expect(judge(results(notArrived), results())).toMatchObject({ cause: "pictureNotArrived", whose: "called" });
    expect(judge(results(unclear), results(notArrived))).toMatchObject({ cause: "pictureNotArrived", whose: "caller" });
    expect(judge(results(unclear), results())).toMatchObject({ whose: "both" });
  });

  it("[DR11] tones that a page was not let make explain that the other side heard none, and nothing else", () => {
    const blocked = amiss("sound", "weak", "soundBlocked", "own", 1);
    const unheard = amiss("sound", "failed", "soundNotArrived", "unknown", 1);
    const degraded = { at: "degraded", step: "sound", cause: "soundBlocked", whose: "called" };
    expect(judge(results(unheard), results(blocked))).toEqual(degraded);
    expect(judge(results(unheard), results()).at).toBe("notReady");
    const untrue = { ...blocked, outcome: "passed" } as const;
    expect(judge(results(unheard), results(untrue)).at).toBe("notReady");
    const narrow = amiss("picture", "failed", "pictureNotArrived", "far", 1);
    expect(judge(results(narrow), results(blocked))).toMatchObject({ at: "notReady", step: "picture" });
  });

  it("[DR10] [DR22] each session has steps of its own: a way back is the caller's to tell, and only the direct one changes keys", () => {
    for (const session of drillSessions) {
      const of = (who: Who) => ({ results: sessionSteps[session][who].map((step) => passed(step, 1)) });
      expect([session, judgeSession(of("caller"), of("called"), session).at]).toEqual([session, "ready"]);
      for (const who of ["caller", "called"] as const)
        for (const missing of sessionSteps[session][who]) {
          const short = { results: of(who).results.filter(({ step }) => step !== missing) };
          const parts = who === "caller" ? ([short, of("called")] as const) : ([of("caller"), short] as const);
          expect(judgeSession(...parts, session)).toEqual({
            at: "notReady",
            step: missing,
            cause: "terminalGone",
            whose: who,
          });
        }
    }
    expect(sessionSteps.reload.called).not.toContain("reload");
    expect([sessionSteps.relay.caller, sessionSteps.reload.caller].flat()).not.toContain("rekey");
  });
});
