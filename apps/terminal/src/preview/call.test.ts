import { describe, expect, it } from "vitest";
import { instant, ms } from "@parley/base/time";
import { desks, facts } from "./desks.ts";
import { cast, now } from "./people.ts";
import { beganSentence, callEntry, microphoneSentence, routeSentence, sealSentences } from "../model/call.ts";
import { cause } from "../model/cause.ts";
import { callNote, holdingSentence } from "../model/desk.ts";

const people = cast("en");
const call = facts(people);

describe("a call in sentences", () => {
  it("[VW4] when it began is told in both parties' times", () => {
    const began = instant(Date.UTC(2026, 11, 7, 20, 7));
    expect(beganSentence(began, people.ends)).toEqual({
      id: "call.began",
      with: {
        here: { at: began, place: people.us.place, as: "timeThere" },
        there: { at: began, place: people.them.place, as: "timeThere" },
      },
    });
  });

  it("[VW4] the ledger tells of a call in both parties' times", () => {
    const began = instant(Date.UTC(2026, 11, 7, 20, 7));
    expect(callEntry(people.them, people.us, began, instant(began + 7_260_000))).toEqual({
      id: "entry.call",
      with: {
        them: { name: "Estovar" },
        began: beganSentence(began, people.ends),
        length: { id: "length.hours", with: { h: 2, n: 1 } },
      },
    });
  });

  it("the seal tells whose key since when, the age of the epoch, and what proved the line before the call", () => {
    const lines = sealSentences(call.seal, people.them, people.us.place, call.began, now);
    expect(lines.map(({ id }) => id)).toEqual(["seal.key", "seal.epoch", "seal.proven"]);
    expect(lines[2]?.with).toEqual({ length: { id: "length.minutes", with: { n: 12 } } });
    const waiting = { ...call.seal, epoch: "waiting", provenAt: null } as const;
    expect(sealSentences(waiting, people.them, people.us.place, call.began, now).map(({ id }) => id)).toEqual([
      "seal.key",
      "seal.epochWaiting",
      "seal.unproven",
    ]);
  });

  it("whether we are heard is one of three sentences, and a lost microphone names its cause", () => {
    expect(microphoneSentence({ at: "open" }).id).toBe("mic.heard");
    expect(microphoneSentence({ at: "muted" }).id).toBe("mic.muted");
    const lost = microphoneSentence({ at: "lost", cause: cause("microphoneMissing") });
    expect(lost.with).toEqual({ cause: { id: "cause.microphoneMissing", with: { whose: "ours" } } });
  });

  it("a path without a measured round trip claims none", () => {
    expect(routeSentence({ at: "relay", roundTrip: null }, now)).toEqual({ id: "route.relay" });
    expect(routeSentence({ at: "direct", roundTrip: ms(41.4) }, now)).toEqual({
      id: "route.directTimed",
      with: { ms: 41 },
    });
  });

  it("holding says for whom, since when and whose side is off the line", () => {
    const screen = desks["holding.theirs"](people);
    expect(holdingSentence(screen)).toEqual({
      id: "holding.theirs",
      with: { them: { name: "Estovar" }, lasted: { lasted: ms(42_000) } },
    });
  });

  it("a call goes on without a camera, and the desk says so; with all devices good it says nothing", () => {
    expect(callNote(desks["idle.ready"](people).room)).toBe(null);
    expect(callNote(desks["idle.degraded"](people).room)).toMatchObject({
      id: "desk.goesOn",
      with: { cause: { id: "cause.cameraDark" } },
    });
  });
});
