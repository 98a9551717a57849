import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import type { LedgerRow } from "@parley/protocol/terminal/console";
import { handledBy, missedAlarms, raisedAlarms } from "../model/alarm.ts";

const them = (link: string): string => (link === "l1" ? "Estovar" : "Maren");
const row = (index: number, kind: string, link = "l1"): LedgerRow => ({
  index,
  at: index * 1000,
  kind,
  facts: {},
  link,
  proof: "ours",
});

describe("alarms", () => {
  it("[VW60] missed rings of one party are one alarm with their number, until there is a call with them", () => {
    const rows = [row(9, "missed"), row(8, "missed", "l2"), row(7, "missed"), row(6, "call"), row(5, "missed")];
    expect(missedAlarms(rows, them).map(({ id, times, since }) => ({ id, times, since }))).toEqual([
      { id: "missed l1 9", times: 2, since: 9000 },
      { id: "missed l2 8", times: 1, since: 8000 },
    ]);
    expect(missedAlarms([row(10, "call"), ...rows], them).map(({ id }) => id)).toEqual(["missed l2 8"]);
  });

  it("[VW60] taking one up takes up those before it and none that comes later", () => {
    const handled = [{ alarm: "missed l1 9", by: "Ada", at: 9500, until: null }];
    const before = handledBy(missedAlarms([row(9, "missed"), row(7, "missed")], them), handled, instant(10_000));
    expect(before.map(({ state }) => state)).toEqual([{ at: "acknowledged", by: "Ada", when: 9500 }]);
    const later = handledBy(missedAlarms([row(11, "missed"), row(9, "missed")], them), handled, instant(12_000));
    expect(later.map(({ state }) => state.at)).toEqual(["open"]);
  });

  it("[VW60] what is shelved comes back by itself when its time is over", () => {
    const raised = [
      { id: "frames c unsealedFrames", link: "l1", call: "c", what: "unsealedFrames" as const, at: 1, times: 3 },
    ];
    const handled = [{ alarm: "frames c unsealedFrames", by: "Ada", at: 10, until: 1000 }];
    const at = (now: number) => handledBy(raisedAlarms(raised, them), handled, instant(now))[0];
    expect(at(999)?.state).toEqual({ at: "shelved", by: "Ada", until: 1000 });
    expect(at(1000)).toMatchObject({ times: 3, priority: 1, state: { at: "open" } });
  });
});
