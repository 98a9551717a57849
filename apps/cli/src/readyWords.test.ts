import { describe, expect, it } from "vitest";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import { ageText, machineText, ourPeopleText, theirPeopleText } from "./readyWords.ts";

const now = 1_800_000_000_000;
const ago = (minutes: number): number => now - minutes * 60_000;
const verdict = {
  at: "ready",
  step: null,
  cause: null,
  whose: "both",
  when: ago(14),
  signedByBoth: true,
  setUp: null,
  roundTrip: null,
  lost: null,
} as const;
const line: LineDrills = { link: "x", verdict, changed: null, stale: now + 1, running: false, ticks: [] };

describe("machines and people in words", () => {
  it("[PE8] stand apart, each with its age, and none speaks longer than it may", () => {
    expect(machineText(line, now)).toBe("ready, tested 14 min ago");
    expect(machineText({ ...line, stale: now - 1 }, now)).toBe("unproven: the last drill was 14 min ago");
    expect(machineText({ ...line, changed: ago(3) }, now)).toBe("unproven: something changed 3 min ago");
    expect(machineText({ ...line, verdict: { ...verdict, at: "notReady" } }, now)).toMatch(/^NOT READY/);
    expect(machineText(null, now)).toBe("unproven: no drill yet");
    expect(theirPeopleText({ link: "x", at: "ready", since: ago(180), room: null }, now)).toBe(
      "ready, answered 3 h ago",
    );
    expect(theirPeopleText({ link: "x", at: "notReady", since: ago(0), room: null }, now)).toBe(
      "NOT READY, unanswered just now",
    );
    expect(theirPeopleText({ link: "x", at: "silent", since: ago(3 * 1440), room: null }, now)).toMatch(/^unproven/);
    expect(theirPeopleText({ link: "x", at: "unasked", since: ago(3), room: null }, now)).toMatch(/^unproven/);
    expect(theirPeopleText(null, now)).toMatch(/^unproven/);
    const ours = { at: "ready", since: ago(5), by: "Ada", next: now + 1, question: null, room: null } as const;
    expect(ourPeopleText(ours, now)).toBe("ready, Ada answered 5 min ago");
    const question = { id: "q", asked: ago(40), until: ago(10), at: "late" } as const;
    expect(ourPeopleText({ ...ours, at: "notReady", by: "", since: ago(10), question }, now)).toBe(
      "NOT READY, unanswered 10 min ago; a question stands open at the consoles",
    );
    expect(ourPeopleText({ ...ours, at: "unasked", by: "", next: null }, now)).toBe("nobody is asked (people.askAt)");
    expect(ourPeopleText({ ...ours, at: "unasked", by: "" }, now)).toBe("not asked yet");
    expect(ageText(ago(47 * 60), now)).toBe("47 h ago");
  });
});
