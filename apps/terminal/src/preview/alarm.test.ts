import { describe, expect, it } from "vitest";
import { alarmKinds } from "@parley/protocol/alarmKinds";
import { errorTable } from "@parley/protocol/errorCodes";
import type { AlarmShown } from "@parley/protocol/terminal/alarm";
import { alarmWords, alarmsShown, openAlarms } from "../model/alarm.ts";
import { ar } from "../words/ar.ts";
import { en } from "../words/en.ts";

const them = (link: string): string => (link === "l1" ? "Estovar" : "Maren");
const nothing = { whose: "both", about: "", value: "" } as const;
const shown: AlarmShown = {
  id: "a",
  kind: "DRILL_NOT_READY",
  rank: 1,
  link: "l1",
  whose: "theirs",
  about: "noTerminal",
  value: "ring",
  since: 1000,
  times: 1,
  standing: { at: "open", told: "first" },
};

describe("alarms on a console", () => {
  it("[AL1] [VW60] every kind has its sentence and its cure in each language, the cure of a check's finding that of the table", () => {
    for (const kind of alarmKinds) {
      const { what, cure } = alarmWords(kind, nothing, "Estovar");
      expect([kind, what.id]).not.toEqual([kind, "alarm.other"]);
      for (const words of [en, ar]) expect([words[what.id], words[cure.id]]).not.toContain(undefined);
      if (kind.startsWith("CHECK_") || kind === "STORE_FULL")
        expect(en[cure.id].replaceAll("’", "'")).toBe(errorTable[kind].cure);
    }
    expect(alarmWords("OF_A_NEWER_STATION", nothing, "").what).toEqual({
      id: "alarm.other",
      with: { kind: "OF_A_NEWER_STATION" },
    });
  });

  it("[AL1] says the cause with its side, and of the other party's alarm what is wrong over there", () => {
    const [one] = alarmsShown([shown], them);
    expect(one).toMatchObject({
      them: "Estovar",
      what: {
        id: "alarm.DRILL_NOT_READY",
        with: { them: { name: "Estovar" }, cause: { id: "cause.noDesk", with: { whose: "theirs" } } },
      },
    });
    const far = { ...shown, kind: "FAR_UNATTENDED", about: "CHECK_RELAY_SILENT", value: "udp 4432" };
    expect(alarmsShown([far], them)[0]?.what.with).toMatchObject({ what: { id: "check.CHECK_RELAY_SILENT" } });
    const odd = { ...far, about: "FAR_UNATTENDED" };
    expect(alarmsShown([odd], them)[0]?.what.with).toMatchObject({ what: { id: "alarm.other" } });
  });

  it("[AL1] of a room says what is wrong with it and whose it is; of the other party's alarm, which carries no cause, only that", () => {
    const room = { ...shown, kind: "ROOM_NOT_READY", about: "cameraCovered" };
    expect(alarmsShown([room], them)[0]?.what.with).toMatchObject({
      told: "yes",
      cause: { id: "cause.cameraCovered", with: { whose: "theirs" } },
    });
    const far = { ...shown, kind: "FAR_UNATTENDED", about: "ROOM_NOT_READY" };
    expect(alarmsShown([far], them)[0]?.what.with).toMatchObject({ what: { with: { told: "no" } } });
  });

  it("[VW60] they come gravest first, then newest; what was taken up or shelved is not among the open ones", () => {
    const alarms = alarmsShown(
      [
        { ...shown, id: "light", rank: 2, since: 9000 },
        { ...shown, id: "old" },
        { ...shown, id: "new", since: 2000, standing: { at: "open", told: "party" } },
        { ...shown, id: "taken", standing: { at: "acknowledged", by: "Ada", when: 1500 } },
        { ...shown, id: "shelved", standing: { at: "shelved", by: "Ada", until: 9000 } },
      ],
      them,
    );
    expect(openAlarms(alarms).map(({ id }) => id)).toEqual(["new", "old", "light"]);
    expect(alarms.find(({ id }) => id === "taken")?.state).toEqual({ at: "acknowledged", by: "Ada", when: 1500 });
  });
});
