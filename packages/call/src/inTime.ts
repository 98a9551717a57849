// A line in the time of whoever looks at it. A station tells its terminals of a line with times of its own wall clock, and no
// two machines' clocks are ever compared: what is compared is how long each wait still has ([CA14]).
import { type Instant, type Ms, after, between } from "@parley/base/time";
import type { Line } from "./state.ts";

/** The line that was told at `theirNow` of the teller's clock, as it reads at `ourNow` of ours. */
export function inTime(line: Line, theirNow: Instant, ourNow: Instant): Line {
  const ahead = between(theirNow, ourNow);
  switch (line.at) {
    case "idle":
      return line;
    case "ringing":
      return { ...line, until: after(line.until, ahead) };
    case "keying":
      return { ...line, ...inCall(line, ahead), until: after(line.until, ahead) };
    case "live":
      return { ...line, ...inCall(line, ahead), since: after(line.since, ahead) };
    case "mending":
      return {
        ...line,
        ...inCall(line, ahead),
        lost: after(line.lost, ahead),
        until: after(line.until, ahead),
      };
    case "ended":
      return { ...line, ...ended(line, ahead) };
  }
  return line satisfies never;
}

const inCall = (
  { answered, instead }: Extract<Line, { readonly answered: Instant; readonly theirs: string }>,
  ahead: Ms,
) => ({
  answered: after(answered, ahead),
  ...(instead === undefined ? {} : { instead: { ...instead, until: after(instead.until, ahead) } }),
});

const ended = (line: Line & { readonly at: "ended" }, ahead: Ms) => ({
  answered: line.answered === null ? null : after(line.answered, ahead),
  ended: after(line.ended, ahead),
  until: after(line.until, ahead),
});
