// Moments that our station told by its own clock, as they read by ours: no two machines' clocks are ever compared, only how
// long ago something was when it was told ([CA14]; a line's own times are turned by packages/call, inTime).
import { type Instant, instant } from "@parley/base/time";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import type { ToTerminal } from "@parley/protocol/terminal/messages";

/** What was `at` when the station's clock said `now`, by our clock, which says `here`; null for what never was. */
export function ourTime(at: number, now: number, here: Instant): Instant;
export function ourTime(at: number | null, now: number, here: Instant): Instant | null;
export function ourTime(at: number | null, now: number, here: Instant): Instant | null {
  return at === null ? null : instant(Math.max(0, here - (now - at)));
}

export const drillsInTime = (line: LineDrills, now: number, here: Instant): LineDrills => ({
  ...line,
  verdict: line.verdict === null ? null : { ...line.verdict, when: ourTime(line.verdict.when, now, here) },
  changed: ourTime(line.changed, now, here),
  stale: line.stale === 0 ? 0 : line.stale + (here - now),
});

type People = Extract<ToTerminal, { type: "people" }>;

export const peopleInTime = ({ now, ours, lines, ...rest }: People, here: Instant): People => {
  const time = (at: number): Instant => ourTime(at, now, here);
  const { question, next } = ours;
  return {
    ...rest,
    now: here,
    ours: {
      ...ours,
      since: time(ours.since),
      next: next === null ? null : time(next),
      question: question === null ? null : { ...question, asked: time(question.asked), until: time(question.until) },
    },
    lines: lines.map((line) => ({ ...line, since: time(line.since) })),
  };
};
