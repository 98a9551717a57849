import { type Instant, days, instant } from "@parley/base/time";
import type { DatedItem } from "@parley/drill/horizon";
import { readToTerminal } from "@parley/protocol/terminal/messages";
import { describe, expect, it } from "vitest";
import { lineChecks } from "./view.ts";

const now = instant(days(1000));
const ends = (inDays: number): Instant => instant(now + days(inDays));
const dated: readonly DatedItem[] = [
  { what: "webCertificate", name: "", whose: "ours", began: null, ends: ends(-1), renews: null },
  { what: "turnCertificate", name: "", whose: "theirs", began: null, ends: ends(5), renews: null },
  { what: "stationKey", name: "", whose: "ours", began: null, ends: ends(15), renews: ends(1) },
  { what: "listed", name: "Domain", whose: "theirs", began: null, ends: ends(300), renews: null },
];
const shown = {
  link: "AAAAAAAAAAAAAAAAAAAAAA",
  at: now,
  findings: [],
  history: [],
  time: null,
  versions: { ours: "1", theirs: null },
  dated,
  horizon: null,
};

describe("what terminals are told of checks", () => {
  it("[VW75] everything with a date and how it stands, in the station's order, as many as a terminal reads", () => {
    const [line] = lineChecks([shown], now);
    expect(line?.dated.map(({ what, whose, at, stands }) => [what, whose, at, stands])).toEqual([
      ["webCertificate", "ours", ends(-1), "ended"],
      ["turnCertificate", "theirs", ends(5), "soon"],
      ["stationKey", "ours", ends(15), "renews"],
      ["listed", "theirs", ends(300), "good"],
    ]);
    const many = lineChecks([{ ...shown, dated: Array.from({ length: 500 }, () => dated).flat() }], now);
    expect(many[0]?.dated.length).toBe(64);
    const said = JSON.stringify({ type: "checks", now, lines: many });
    expect(readToTerminal(said)).toEqual({ ok: true, value: { type: "checks", now, lines: many } });
    // What an older station says has none.
    const { dated: _dated, ...older } = { ...line };
    expect(readToTerminal(JSON.stringify({ type: "checks", now, lines: [older] }))).toMatchObject({
      ok: true,
      value: { lines: [{ dated: [] }] },
    });
  });
});
