import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import { consoles } from "./consoles.ts";
import { desks } from "./desks.ts";
import { cast } from "./people.ts";
import { announceConsole, announceDesk } from "../model/announce.ts";
import type { DeskScreen } from "../model/desk.ts";

const people = cast("en");
const desk = (key: keyof typeof desks): DeskScreen => desks[key](people);
const heard = (from: keyof typeof desks | null, to: keyof typeof desks) =>
  announceDesk(from === null ? null : desk(from), desk(to)).map(({ urgency, what }) => `${urgency} ${what.id}`);

describe("what is announced", () => {
  it("[VW6] a ring, a loss and a fault interrupt, and name whom they are about", () => {
    expect(heard("idle.ready", "ringingIn")).toEqual(["assertive announce.call"]);
    expect(heard("idle.ready", "ringingIn.handover")).toEqual(["assertive announce.handover"]);
    expect(heard("inCall", "holding.theirs")).toEqual(["assertive announce.lost"]);
    expect(heard("idle.ready", "fault.station")).toEqual(["assertive fault.stationAway"]);
    expect(heard("idle.ready", "idle.cutOff")).toEqual(["assertive announce.line"]);
    expect(announceDesk(null, desk("ringingIn"))[0]?.what.with).toEqual({ them: { name: "Estovar" } });
  });

  it("[VW6] everything else waits its turn", () => {
    const assertive = new Set<string>();
    for (const from of Object.keys(desks) as (keyof typeof desks)[])
      for (const to of Object.keys(desks) as (keyof typeof desks)[])
        for (const { urgency } of announceDesk(desk(from), desk(to)))
          if (urgency === "assertive") assertive.add(desk(to).at);
    expect([...assertive].toSorted()).toEqual(["fault", "holding", "idle", "ringingIn"]);
  });

  it("[VW6] what did not change is not said again", () => {
    for (const key of Object.keys(desks) as (keyof typeof desks)[]) {
      const screen = desk(key);
      const later = "now" in screen ? { ...screen, now: instant(screen.now + 1000) } : screen;
      expect([key, announceDesk(screen, later)]).toEqual([key, []]);
    }
    for (const key of Object.keys(consoles) as (keyof typeof consoles)[]) {
      const screen = consoles[key](people);
      expect([key, announceConsole(screen, screen)]).toEqual([key, []]);
    }
  });

  it("muting, from either side, and an alarm are said once when they happen", () => {
    expect(heard("inCall", "inCall.muted")).toEqual(["polite mic.muted", "polite theirMic.muted"]);
    expect(heard("inCall", "inCall.alarm")).toContain("polite callAlarm.unsealedFrames");
    expect(heard("inCall.alarm", "inCall.alarm")).toEqual([]);
  });

  it("[VW6] the console hears a ring in every section, and each alarm once", () => {
    const quiet = consoles.lines(people);
    const ringing = consoles["lines.ringing"](people);
    expect(announceConsole(quiet, ringing).map(({ urgency, what }) => `${urgency} ${what.id}`)).toEqual([
      "assertive announce.call",
    ]);
    expect(announceConsole(ringing, ringing)).toEqual([]);
    expect(announceConsole(null, quiet).map(({ what }) => what.id)).toEqual([
      "alarm.DRILL_NOT_READY",
      "alarm.CALL_MISSED",
    ]);
  });
});
