import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { days, after, instant, ms } from "@parley/base/time";
import { errorTable } from "@parley/protocol/errorCodes";
import { counterKinds, diskStates, relayVerdicts } from "@parley/protocol/peer/check";
import { type Finding, judge, judgeRelay } from "./check.ts";
import type { CheckFacts, ServedPort, SideFacts } from "./checkFacts.ts";
import { mirrored, now, wellFacts, wellSide } from "./testing/facts.ts";

const codes = (facts: CheckFacts): readonly string[] =>
  judge(facts).map(({ code, whose, level }) => `${code} ${whose} ${level}`);
const side = (more: Partial<SideFacts>): SideFacts => ({ ...wellSide, ...more });
const ours = (more: Partial<SideFacts>): CheckFacts => ({ ...wellFacts, ours: side(more) });
const theirs = (more: Partial<SideFacts>): CheckFacts => ({ ...wellFacts, theirs: side(more) });

const port = (more: Partial<ServedPort>): CheckFacts => ({
  ...wellFacts,
  served: [
    {
      whose: "theirs",
      port: "turnTls",
      at: "4433",
      due: "aa",
      shown: { fingerprint: "aa", began: after(now, ms(-1)), ends: after(now, days(40)), fits: true },
      ...more,
    },
  ],
});
const shown = { fingerprint: "aa", began: after(now, ms(-1)), ends: after(now, days(40)), fits: true };

describe("the judgement of a check", () => {
  it("[CK18] finds nothing on a line that is well, and nothing in what could not be tried", () => {
    expect(judge(wellFacts)).toEqual([]);
    const untried = side({
      disk: { at: "untried", daysLeft: null },
      relays: [{ transport: "udp", port: 4432, own: "untried", others: false }],
    });
    expect(codes({ ...wellFacts, ours: untried, theirs: untried, weSaw: null, theySaw: null, time: null })).toEqual([]);
  });

  it("[CK20] what our own station finds wrong with what it holds is ours; a record that nobody signs is red", () => {
    const faults: CheckFacts["faults"] = [
      { code: "CHECK_CERTIFICATE_UNFIT", about: "web.pem" },
      { code: "CHECK_KEY_UNUSABLE", about: "" },
      { code: "CHECK_RECORD_BROKEN", about: "" },
    ];
    expect(codes({ ...wellFacts, faults })).toEqual([
      "CHECK_RECORD_BROKEN ours red",
      "CHECK_CERTIFICATE_UNFIT ours warn",
      "CHECK_KEY_UNUSABLE ours warn",
    ]);
  });

  it("[CK7] a line that is down is on the side that the reason, or other lines, name", () => {
    const down = (code: CheckFacts["link"]["code"], othersUp: boolean | null): readonly string[] =>
      codes({ ...wellFacts, theirs: null, time: null, weSaw: null, link: { up: false, code, othersUp } });
    expect(down(null, null)).toEqual(["PEER_UNREACHABLE both red"]);
    expect(down("PEER_UNREACHABLE", false)).toEqual(["PEER_UNREACHABLE both red"]);
    expect(down("PEER_UNREACHABLE", true)).toEqual(["PEER_UNREACHABLE theirs red"]);
    expect(down("PEER_RESTORED", false)).toEqual([
      `PEER_RESTORED ${errorTable.PEER_RESTORED.blame === "us" ? "ours" : "theirs"} red`,
    ]);
  });

  it("[CK6] [CK11] a far side that does not answer, and a line without a secret; a full disk of ours has asked nobody", () => {
    expect(codes({ ...wellFacts, theirs: null })).toEqual(["CHECK_UNANSWERED theirs warn"]);
    const full = side({ disk: { at: "full", daysLeft: null } });
    expect(codes({ ...wellFacts, ours: full, theirs: null })).toEqual(["STORE_FULL ours red"]);
    expect(codes({ ...wellFacts, secrets: 0 })).toEqual(["LINK_MUST_REKEY ours red"]);
  });

  it("[CK8] a certificate: silent, another one, ended, early, for another name; each on the side whose port it is", () => {
    expect(codes(port({}))).toEqual([]);
    expect(codes(port({ shown: null }))).toEqual(["CHECK_PORT_SILENT theirs warn"]);
    expect(codes(port({ shown: null, whose: "ours" }))).toEqual(["CHECK_PORT_SILENT ours red"]);
    expect(codes(port({ due: "bb" }))).toEqual(["CHECK_CERTIFICATE_OTHER theirs red"]);
    expect(codes(port({ due: null }))).toEqual([]);
    expect(codes(port({ shown: { ...shown, ends: now } }))).toEqual(["CHECK_CERTIFICATE_ENDED theirs red"]);
    expect(codes(port({ shown: { ...shown, began: after(now, ms(1)) } }))).toEqual([
      "CHECK_CERTIFICATE_EARLY theirs red",
    ]);
    expect(codes(port({ shown: { ...shown, fits: false }, whose: "ours" }))).toEqual([
      "CHECK_CERTIFICATE_NAME ours red",
    ]);
    expect(codes({ ...wellFacts, ourStation: "other" })).toEqual(["CHECK_CERTIFICATE_OTHER ours red"]);
    expect(codes({ ...wellFacts, ourStation: "silent" })).toEqual(["CHECK_PORT_SILENT ours warn"]);
    expect(codes({ ...wellFacts, ourStation: "untried" })).toEqual([]);
  });

  it("[CK9] a relay, for all that either side can find", () => {
    const table = relayVerdicts.flatMap((own) =>
      relayVerdicts.map((far) => `${own}/${far} ${judgeRelay({ own, far, others: false })}`),
    );
    expect(table).toEqual([
      "untried/untried good",
      "untried/silent blocked",
      "untried/allocated blocked",
      "untried/echo good",
      "silent/untried silent",
      "silent/silent silent",
      "silent/allocated silent",
      "silent/echo good",
      "allocated/untried good",
      "allocated/silent blocked",
      "allocated/allocated silent",
      "allocated/echo good",
      "echo/untried good",
      "echo/silent blocked",
      "echo/allocated blocked",
      "echo/echo good",
    ]);
    expect(judgeRelay({ own: "echo", far: "silent", others: true })).toBe("blockedFar");
  });

  it("[CK9] a relay is matched with what was seen of that very port, and blamed on its owner or on who does not get through", () => {
    const unseen = [{ transport: "udp", port: 4432, verdict: "silent" }] as const;
    expect(codes({ ...wellFacts, weSaw: unseen })).toEqual(["CHECK_RELAY_BLOCKED theirs red"]);
    expect(codes({ ...wellFacts, theySaw: unseen })).toEqual(["CHECK_RELAY_BLOCKED ours red"]);
    const reached = side({ relays: [{ transport: "udp", port: 4432, own: "echo", others: true }] });
    expect(codes({ ...wellFacts, theySaw: unseen, ours: reached })).toEqual(["CHECK_RELAY_BLOCKED theirs red"]);
    expect(codes({ ...wellFacts, theySaw: [{ transport: "tcp", port: 4432, verdict: "silent" }] })).toEqual([]);
    const dead = side({ relays: [{ transport: "udp", port: 4432, own: "silent", others: false }] });
    expect(codes({ ...wellFacts, theirs: dead, weSaw: null })).toEqual(["CHECK_RELAY_SILENT theirs red"]);
  });

  it("[CK12] a disk, in each state and with each number of days", () => {
    const table = Object.fromEntries(diskStates.map((at) => [at, codes(ours({ disk: { at, daysLeft: null } }))]));
    expect(table).toEqual({
      untried: [],
      well: [],
      slow: ["CHECK_DISK_SLOW ours warn"],
      failed: ["CHECK_DISK_FAILS ours red"],
      full: ["STORE_FULL ours red"],
    });
    for (const [daysLeft, found] of [
      [30, []],
      [29, ["CHECK_DISK_FILLS theirs warn"]],
      [3, ["CHECK_DISK_FILLS theirs warn"]],
      [2, ["CHECK_DISK_FILLS theirs red"]],
      [0, ["CHECK_DISK_FILLS theirs red"]],
    ] as const)
      expect([daysLeft, codes(theirs({ disk: { at: "well", daysLeft } }))]).toEqual([daysLeft, found]);
  });

  it("[CK11] every counter: ten years are enough, fewer are a warning, none is red; an outbox by what is free", () => {
    for (const what of counterKinds) {
      const enough = what === "outbox" ? 50 : 10;
      expect(codes(ours({ counters: [{ what, left: enough }] }))).toEqual([]);
      expect(codes(ours({ counters: [{ what, left: enough - 1 }] }))).toEqual(["CHECK_COUNTER_LOW ours warn"]);
      expect(codes(theirs({ counters: [{ what, left: 0 }] }))).toEqual(["CHECK_COUNTER_LOW theirs red"]);
    }
  });

  it("[CK10] local times: offset, next change and what it changes to, by the older rules; a zone that one does not know says nothing", () => {
    const zone = { zone: "Europe/Istanbul", offset: 180, next: { at: now, offset: 120 } } as const;
    const pair = (a: SideFacts["zones"], b: SideFacts["zones"], older: "ours" | "theirs" | "same"): readonly string[] =>
      codes({
        ...wellFacts,
        ours: side({ zones: a, zoneData: older === "ours" ? "2025c" : "2026a" }),
        theirs: side({ zones: b, zoneData: older === "theirs" ? "2025c" : "2026a" }),
      });
    expect(pair([zone], [zone], "ours")).toEqual([]);
    expect(pair([zone], [{ ...zone, offset: 120 }], "ours")).toEqual(["CHECK_ZONES_DIFFER ours warn"]);
    expect(pair([zone], [{ ...zone, next: null }], "theirs")).toEqual(["CHECK_ZONES_DIFFER theirs warn"]);
    expect(pair([zone], [{ ...zone, next: { at: now, offset: 60 } }], "same")).toEqual([
      "CHECK_ZONES_DIFFER both warn",
    ]);
    expect(pair([zone], [{ ...zone, next: { at: instant(1), offset: 120 } }], "same")).toEqual([
      "CHECK_ZONES_DIFFER both warn",
    ]);
    expect(pair([zone], [{ ...zone, zone: "UTC", offset: 0 }], "same")).toEqual([]);
  });

  it("[CK13] versions, and what changed: on the older side, and on the side that changed", () => {
    expect(codes(ours({ versions: { oldest: 1, newest: 2 } }))).toEqual(["CHECK_VERSIONS_APART theirs warn"]);
    expect(codes(theirs({ versions: { oldest: 1, newest: 2 } }))).toEqual(["CHECK_VERSIONS_APART ours warn"]);
    expect(codes({ ...wellFacts, changed: { ours: now, theirs: null } })).toEqual(["CHECK_CHANGED ours unproven"]);
    expect(codes({ ...wellFacts, changed: { ours: null, theirs: now } })).toEqual(["CHECK_CHANGED theirs unproven"]);
  });

  it("[CK15] dated things: due, ended, not renewed; a disk's date is the disk's own finding", () => {
    const item = { what: "webCertificate", name: "", began: null, renews: null, whose: "ours" } as const;
    const at = (ends: number, more: object = {}): CheckFacts => ({
      ...wellFacts,
      dated: [{ ...item, ends: after(now, days(ends)), ...more }],
    });
    expect(codes(at(15))).toEqual([]);
    expect(codes(at(13))).toEqual(["CHECK_ENDS_SOON ours warn"]);
    expect(codes(at(-1, { whose: "theirs" }))).toEqual(["CHECK_ENDS_SOON theirs red"]);
    expect(codes(at(13, { what: "disk" }))).toEqual([]);
    expect(codes(at(-1, { what: "disk" }))).toEqual([]);
    expect(codes(at(13, { renews: now }))).toEqual([]);
    expect(codes(at(5, { renews: after(now, days(-10)) }))).toEqual(["CHECK_RENEWAL_FAILED ours warn"]);
  });

  it("[CK18] mirrored facts give mirrored findings, gravest first, each with a row in the table", () => {
    const sides = fc.record({
      clock: fc.record({ stepped: fc.integer({ min: -90_000, max: 90_000 }).map(ms), behind: fc.boolean() }),
      versions: fc.record({ oldest: fc.constant(1), newest: fc.integer({ min: 1, max: 3 }) }),
      zoneData: fc.constantFrom("", "2025c", "2026a"),
      zones: fc.constantFrom(
        [{ zone: "Europe/Istanbul", offset: 180, next: null }],
        [{ zone: "Europe/Istanbul", offset: 120, next: { at: now, offset: 180 } }],
      ),
      disk: fc.record({ at: fc.constantFrom(...diskStates), daysLeft: fc.constantFrom(null, 0, 10, 400) }),
      counters: fc.array(fc.record({ what: fc.constantFrom(...counterKinds), left: fc.nat(120) }), { maxLength: 3 }),
      relays: fc
        .record({ own: fc.constantFrom(...relayVerdicts), others: fc.boolean() })
        .map((relay) => [{ transport: "udp" as const, port: 4432, ...relay }]),
    });
    const seen = fc.option(
      fc.constantFrom(...relayVerdicts).map((verdict) => [{ transport: "udp" as const, port: 4432, verdict }]),
    );
    const since = fc.option(fc.constant(now));
    const anyFacts: fc.Arbitrary<CheckFacts> = fc
      .record({
        ours: sides,
        theirs: sides,
        weSaw: seen,
        theySaw: seen,
        changed: fc.record({ ours: since, theirs: since }),
        offset: fc.integer({ min: -120_000, max: 120_000 }),
        uncertainty: fc.nat(3000),
      })
      .map(({ ours: a, theirs: b, offset, uncertainty, ...rest }) => ({
        ...wellFacts,
        ...rest,
        ours: side(a),
        theirs: side(b),
        time: { offset: ms(offset), uncertainty: ms(uncertainty), roundTrip: ms(2 * uncertainty) },
      }));
    const text = ({ code, whose, level, about }: Finding): string => `${code} ${whose} ${level} ${about}`;
    const flipped = (one: Finding): Finding => ({
      ...one,
      whose: one.whose === "both" ? "both" : one.whose === "ours" ? "theirs" : "ours",
    });
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const found = judge(facts);
        const there = judge(mirrored(facts)).map(flipped);
        expect(there.map(text).toSorted()).toEqual(found.map(text).toSorted());
        const ranks = found.map(({ level }) => ["red", "unproven", "warn"].indexOf(level));
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        for (const { code } of found) expect(errorTable[code].say).not.toBe("");
      }),
    );
  });
});
