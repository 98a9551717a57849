// When their picture is uncovered before the rest of the screen is drawn.
import { instant } from "@parley/base/time";
import { type Line, idle } from "@parley/call/state";
import { expect, test } from "vitest";
import { type Facts, isAnswered, pictureComes } from "./facts.ts";

const at = { since: instant(0), until: instant(1) };
const ringing = { at: "ringing", side: "called", call: "c1", desks: ["me"], theirs: "t", reach: "rang", ...at };
const inCall = (to: "keying" | "live", ours: string, offered?: string) => ({
  ...at,
  at: to,
  side: "called",
  call: "c1",
  ours,
  theirs: "t",
  ...(offered === undefined ? {} : { offered }),
});

/** Facts of which only the lines and this terminal are looked at. */
const facts = (line: object): Facts =>
  ({ lines: { l1: { line: line as Line, since: instant(0) } }, welcome: { terminal: "me" } }) as unknown as Facts;

test("[FR15] a ring is not answered, nor is a call that somebody else of ours has, or that is offered here", () => {
  for (const line of [idle, ringing, inCall("live", "other"), inCall("live", "other", "me")])
    expect([isAnswered(facts(line), "c1"), pictureComes(facts(ringing), facts(line))]).toEqual([false, false]);
});

test("the picture comes first at the answer, at a join, and when it opens; then the screen has its own pace again", () => {
  const [keying, live] = [facts(inCall("keying", "me")), facts(inCall("live", "me"))];
  expect([isAnswered(keying, "c1"), isAnswered(live, "c1"), isAnswered(live, "c2")]).toEqual([true, true, false]);
  expect(pictureComes(facts(ringing), keying)).toBe(true);
  expect(pictureComes(facts(inCall("live", "other", "me")), live)).toBe(true);
  expect(pictureComes(keying, live)).toBe(true);
  expect([pictureComes(keying, keying), pictureComes(live, live)]).toEqual([false, false]);
});
