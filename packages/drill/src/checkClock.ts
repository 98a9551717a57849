// Whose clock is wrong ([CK2] [CK3] of docs/spec/check.md). Two clocks that differ say nothing about which of them is right, so the
// blame needs evidence: a clock that has moved against its own machine's monotonic one, one that is behind what its own station
// wrote down, or third parties' clocks that agree with one of the two. Without any the finding is on both sides, and says so.
import type { Ms } from "@parley/base/time";
import { ms, seconds } from "@parley/base/time";
import type { Finding, Whose } from "./check.ts";
import type { CheckFacts, SideFacts, TwoWay } from "./checkFacts.ts";

export const clockWarns: Ms = seconds(2);
export const clockRed: Ms = seconds(30);

/** From four readings, as NTP has them (RFC 5905 section 8); `heard` and `said` are the far clock's. */
export function twoWayOf(asked: number, heard: number, said: number, came: number): TwoWay {
  const roundTrip = Math.max(0, came - asked - (said - heard));
  return {
    offset: ms(Math.round((heard - asked + (said - came)) / 2)),
    uncertainty: ms(Math.ceil(roundTrip / 2)),
    roundTrip: ms(roundTrip),
  };
}

/** How far the clocks are apart at least, whatever the way there and back took. */
const surely = ({ offset, uncertainty }: Pick<TwoWay, "offset" | "uncertainty">): number =>
  Math.max(0, Math.abs(offset) - uncertainty);

/** Whether this side's clock moved by itself so that `ahead` (how far it is ahead of the other) comes of it. */
const movedSo = ({ clock }: SideFacts, ahead: number): boolean =>
  Math.abs(clock.stepped) > clockWarns && Math.sign(clock.stepped) === Math.sign(ahead);

function blamed({ time, others, ours, theirs }: CheckFacts): Whose {
  const offset: number = time?.offset ?? 0;
  const oursMoved = movedSo(ours, -offset) || (ours.clock.behind && offset > 0);
  const theirsMoved = theirs !== null && (movedSo(theirs, offset) || (theirs.clock.behind && offset < 0));
  const agreeing = others.filter((it) => surely(it) <= clockWarns).length;
  const against = others.filter((it) => surely(it) > clockWarns && Math.sign(it.offset) === Math.sign(offset)).length;
  if (agreeing !== against) return agreeing > against ? "theirs" : "ours";
  if (oursMoved !== theirsMoved) return oursMoved ? "ours" : "theirs";
  return "both";
}

export function clockFindings(facts: CheckFacts): readonly Finding[] {
  const { time } = facts;
  if (time === null) return [];
  const apart = surely(time);
  if (apart <= clockWarns) return [];
  const value = `${(time.offset / 1000).toFixed(1)} s ± ${(time.uncertainty / 1000).toFixed(1)} s`;
  const level = apart > clockRed ? "red" : "warn";
  return [{ code: "CHECK_CLOCKS_DIFFER", whose: blamed(facts), level, about: "", value }];
}
