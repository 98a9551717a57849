import { ok } from "@parley/base/result";
import { instant } from "@parley/base/time";
import type { PartyId } from "@parley/protocol/ids";
import type { FromTerminal, ToTerminal } from "@parley/protocol/terminal/messages";
import { describe, expect, it } from "vitest";
import type { Seat } from "../api/hub.ts";
import { type ReadinessOptions, readinessFor } from "./readiness.ts";

type Asked = Extract<FromTerminal, { type: "drillHistory" | "drillReport" | "drillNow" }>;

const link = "AAAAAAAAAAAAAAAAAAAAAA";
const questions: readonly Asked[] = [
  { type: "drillHistory", link, before: null },
  { type: "drillReport", index: 0 },
  { type: "drillNow", link },
];

function begin(more: Partial<ReadinessOptions> = {}) {
  const told: ToTerminal["type"][] = [];
  const refused: string[] = [];
  const drilled: string[] = [];
  const readiness = readinessFor({
    store: { nextIndex: () => 0, events: () => Promise.resolve(ok([])) },
    clock: { now: () => instant(0) },
    card: () => ({ party: new Uint8Array(32) as PartyId, timeZone: "Nowhere/Atlantis" }),
    terminals: () => new Map(),
    drillNow: (of) => {
      drilled.push(of);
      return Promise.resolve({});
    },
    isLink: (of) => of === link,
    isOfficer: () => true,
    hub: {
      tellSeat: (_seat, message) => void told.push(message.type),
      refuse: (_seat, code) => void refused.push(code),
    },
    report: () => undefined,
    ...more,
  });
  const seat: Seat = { id: 1, who: null };
  const ask = async (...messages: readonly Asked[]): Promise<void> => {
    for (const message of messages) await readiness.hear(seat, message);
  };
  return { ask, told, refused, drilled };
}

describe("what a console asks about drills", () => {
  it("[VW70] is answered to a signed-in officer, and to nobody else", async () => {
    const officer = begin();
    await officer.ask(...questions);
    expect([officer.told, officer.refused, officer.drilled]).toEqual([["drillHistory", "drillReport"], [], [link]]);
    const other = begin({ isOfficer: () => false });
    await other.ask(...questions);
    expect([other.told, other.drilled]).toEqual([[], []]);
    expect(other.refused).toEqual(questions.map(() => "OFFICER_UNPROVEN"));
  });

  it("a drill that cannot be held is refused by its code of the error table", async () => {
    const now: Asked = { type: "drillNow", link };
    const refusals: (readonly [Partial<ReadinessOptions>, string])[] = [
      [{ drillNow: null }, "DRILLS_OFF"],
      [{ isLink: () => false }, "LINK_UNKNOWN"],
      [{ drillNow: () => Promise.resolve(null) }, "DRILL_GIVEN_UP"],
    ];
    for (const [more, code] of refusals) {
      const { ask, refused } = begin(more);
      await ask(now);
      expect(refused).toEqual([code]);
    }
  });
});
