import { describe, expect, it } from "vitest";
import type { Finding } from "@parley/drill/check";
import { instant } from "@parley/base/time";
import { alarmKinds, alarmTable } from "@parley/protocol/alarmKinds";
import { errorTable } from "@parley/protocol/errorCodes";
import type { LineDrills } from "@parley/protocol/terminal/drill";
import { type AlarmSources, type LineFacts, conditionsOf } from "./conditions.ts";

const now = instant(1_800_000_000_000);
const quiet: LineFacts = { link: "L", drills: null, findings: [], stopped: null, missed: null, theirs: null };
const finding = (code: Finding["code"], whose: Finding["whose"], level: Finding["level"], about = ""): Finding => ({
  code,
  whose,
  level,
  about,
  value: "",
});
const verdict: NonNullable<LineDrills["verdict"]> = {
  at: "notReady",
  step: "ring",
  cause: "noTerminal",
  whose: "theirs",
  when: now,
  signedByBoth: true,
  setUp: null,
  roundTrip: null,
  lost: null,
};
const drills = (given: Partial<LineDrills>): LineDrills => ({
  link: "L",
  verdict: null,
  changed: null,
  stale: now + 1,
  running: false,
  ticks: [],
  ...given,
});
const of = (...lines: Partial<LineFacts>[]): string[] =>
  conditionsOf({ now, lines: lines.map((line) => ({ ...quiet, ...line })), ours: null, storage: "free", ways: [] }).map(
    ({ kind, rank, link, lines: all, whose, about, value }) =>
      [kind, rank, link ?? all.join("+"), whose, about, value].join(" ").trim(),
  );

describe("what is an alarm", () => {
  it("[AL1] every kind has its sentence and its cure in the error table, and no other code is one", () => {
    for (const kind of alarmKinds) {
      expect(errorTable[kind].say).toMatch(/\.$/);
      expect(errorTable[kind].cure).toMatch(/\.$/);
      expect(alarmTable[kind].settles).toBeLessThan(600_000);
    }
    expect(of({ findings: [finding("CHECK_CHANGED", "ours", "unproven")] })).toEqual([]);
  });

  it("[AL2] a drill's verdict, by its cause and side, while it speaks for the line", () => {
    expect(of({ drills: drills({ verdict }) })).toEqual(["DRILL_NOT_READY 1 L theirs noTerminal ring"]);
    const weak = { ...verdict, at: "degraded", cause: "udpBlocked", step: "path", whose: "ours" } as const;
    expect(of({ drills: drills({ verdict: weak }) })).toEqual(["DRILL_DEGRADED 2 L ours udpBlocked path"]);
    expect(of({ drills: drills({ verdict: { ...verdict, at: "ready" } }) })).toEqual([]);
    expect(of({ drills: drills({ verdict, stale: now - 1 }) })).toEqual([]);
  });

  it("[AL2] a drill of theirs that did not come, until one does", () => {
    expect(of({ drills: drills({ ticks: ["passed", "missed"] }) })).toEqual(["DRILL_MISSED 2 L theirs"]);
    expect(of({ drills: drills({ ticks: ["missed", "passed"] }) })).toEqual([]);
  });

  it("[AL2] findings of checks and what ends soon, ours as one on every line, theirs that has time as a thing to know of", () => {
    const ours = [finding("CHECK_ENDS_SOON", "ours", "warn", "webCertificate")];
    expect(of({ findings: ours }, { link: "M", findings: ours })).toEqual([
      "CHECK_ENDS_SOON 2 L+M ours webCertificate",
    ]);
    expect(of({ findings: [finding("CHECK_ENDS_SOON", "theirs", "warn", "turnCertificate")] })).toEqual([
      "CHECK_ENDS_SOON 3 L theirs turnCertificate",
    ]);
    expect(of({ findings: [finding("CHECK_RELAY_SILENT", "theirs", "red", "udp 4432")] })).toEqual([
      "CHECK_RELAY_SILENT 1 L theirs udp 4432",
    ]);
  });

  it("[AL2] a line that is down is one alarm with its reason, and the drills that fail for it are not said beside it", () => {
    expect(
      of({
        findings: [finding("PEER_UNREACHABLE", "theirs", "red")],
        drills: drills({ verdict: { ...verdict, cause: "stationAway" }, ticks: ["missed"] }),
      }),
    ).toEqual(["LINE_DOWN 1 L theirs  PEER_UNREACHABLE"]);
  });

  it("[AL2] a stop of the ledger, with whose record it is about, and the line that is down for it is not said beside it", () => {
    expect(
      of({
        stopped: { code: "LEDGER_FORKED", whose: "theirs" },
        findings: [finding("LEDGER_FORKED", "both", "red"), finding("PEER_UNREACHABLE", "both", "red")],
        drills: drills({ ticks: ["missed"] }),
      }),
    ).toEqual(["LEDGER_FORKED 1 L theirs"]);
  });

  it("[AL2] rings that nobody answered, a full disk, and ways that fail", () => {
    const all = conditionsOf({
      now,
      lines: [{ ...quiet, missed: instant(7) }],
      ours: null,
      storage: "full",
      ways: [
        { way: "mail first", delivered: 0, failed: 1, givenUp: 0, failing: { since: now, why: "refused" } },
        { way: "webhook x", delivered: 1, failed: 0, givenUp: 0, failing: null },
      ],
    });
    expect(all.map(({ kind, about, mark, lines }) => [kind, about, mark, lines])).toEqual([
      ["STORE_FULL", "", "", ["L"]],
      ["CALL_MISSED", "", "7", []],
      ["ALARM_WAY_FAILS", "mail first", "", []],
    ]);
  });

  it("[AL2] people who did not answer, and rooms that are not fit for a call, by side; theirs not where the line is down", () => {
    const room = (at: "ready" | "degraded" | "notReady", cause: "cameraBlack" | "speakerFaint" | null) =>
      ({ at, cause, since: 1 }) as const;
    const found = (ours: AlarmSources["ours"], theirs: LineFacts["theirs"], findings: LineFacts["findings"] = []) =>
      conditionsOf({ now, lines: [{ ...quiet, theirs, findings }], ours, storage: "free", ways: [] }).map(
        ({ kind, rank, link, lines, whose, about }) =>
          [kind, rank, link ?? lines.join(), whose, about].join(" ").trim(),
      );
    const bad = { at: "notReady", room: room("notReady", "cameraBlack") } as const;
    expect(found(bad, null)).toEqual(["PEOPLE_UNANSWERED 2 L ours", "ROOM_NOT_READY 1 L ours cameraBlack"]);
    expect(found(null, bad)).toEqual(["PEOPLE_UNANSWERED 3 L theirs", "ROOM_NOT_READY 1 L theirs cameraBlack"]);
    const weak = { at: "ready", room: room("degraded", "speakerFaint") } as const;
    expect(found(weak, weak)).toEqual(["ROOM_DEGRADED 2 L ours speakerFaint", "ROOM_DEGRADED 3 L theirs speakerFaint"]);
    for (const at of ["unasked", "ready"] as const) {
      const good = { at, room: room("ready", null) };
      expect([found(good, good), found({ at, room: null }, { at: "silent", room: null })]).toEqual([[], []]);
    }
    expect(found(null, bad, [finding("PEER_UNREACHABLE", "theirs", "red")])).toEqual(["LINE_DOWN 1 L theirs"]);
  });

  it("[AL9] what it is about is cut to what an envelope may carry, whole characters", () => {
    const [one] = conditionsOf({
      now,
      lines: [{ ...quiet, findings: [finding("CHECK_ZONES_DIFFER", "both", "warn", "م".repeat(300))] }],
      ours: null,
      storage: "free",
      ways: [],
    });
    expect(one?.about).toBe("م".repeat(100));
  });
});
