// Every state of the principal's desk, from made-up facts.
import { type Instant, ms } from "@parley/base/time";
import type { CallFacts, Receipts } from "../model/call.ts";
import { cause } from "../model/cause.ts";
import type { Check, DeskScreen, Devices, Room } from "../model/desk.ts";
import { type Cast, before, day, newLine, now, readyLine } from "./people.ts";

const good = (checked: Instant): Check => ({ at: "good", checked });
export const goodRoom: Room = {
  camera: good(day(2026, 12, 7, 11)),
  microphone: good(day(2026, 12, 7, 11)),
  speaker: good(day(2026, 12, 7, 11)),
  direct: good(before(720)),
  relay: good(before(720)),
};

export const receipts = (there: 1 | 2 | 3 | 4): Receipts => ({
  delivered: before(7),
  rang: there > 1 ? before(6) : null,
  seen: there > 2 ? before(3) : null,
  answered: there > 3 ? before(1) : null,
});

export function facts({ ends }: Cast): CallFacts {
  return {
    id: "call-1",
    ends,
    began: before(4325),
    seal: { keySince: day(2021, 3, 4), epochAt: before(130), epoch: "confirmed", provenAt: before(4325 + 720) },
    microphone: { at: "open" },
    theirMicrophone: "open",
    picture: { at: "shown" },
    selfPicture: { at: "shown" },
    screen: "none",
    route: { at: "direct", roundTrip: ms(41) },
    alarms: [],
  };
}

export function devices({ names }: Cast): Devices {
  const one = (label: string) => ({ all: [{ id: "a", label }], chosen: "a", trouble: null, worked: null });
  return {
    camera: one(names.camera),
    microphone: one(names.microphone),
    speaker: one(names.speaker),
    ringer: { ...one(names.speaker), chosen: null },
    level: 0.42,
  };
}

export const desks = {
  starting: () => ({ at: "starting", since: before(3), now }),
  notEnrolled: () => ({ at: "notEnrolled", entry: "asking" }),
  "notEnrolled.wrong": () => ({ at: "notEnrolled", entry: "wrongCode" }),
  enrolling: ({ names }) => ({
    at: "enrolling",
    terminal: names.terminal,
    compare: "K7QF 2M9D",
    since: before(21),
    now,
  }),
  setup: (c) => ({
    ...stands(c),
    at: "setup",
    devices: devices(c),
    self: { at: "shown" },
  }),
  "setup.wrong": (c) => ({
    ...stands(c),
    at: "setup",
    devices: {
      ...devices(c),
      camera: { all: [], chosen: null, trouble: "cameraMissing", worked: null },
      microphone: { ...devices(c).microphone, trouble: "microphoneRefused" },
      level: 0,
    },
    self: { at: "lost", cause: cause("cameraMissing") },
  }),
  "idle.ready": (c) => ({ ...stands(c), at: "idle", lines: [], line: readyLine(c.them), room: goodRoom }),
  "idle.silenced": (c) => ({
    ...stands(c),
    at: "idle",
    lines: [],
    sound: "blocked",
    line: readyLine(c.them),
    room: goodRoom,
  }),
  "idle.refused": (c) => ({
    ...stands(c),
    at: "idle",
    lines: [],
    refused: { code: "LINE_IN_USE", at: before(2) },
    line: readyLine(c.them),
    room: goodRoom,
  }),
  "idle.several": (c) => {
    const [first, second, third] = [
      { ...readyLine(c.them), missed: before(2900) },
      { ...newLine(c.maren), id: "line-2" },
      { ...readyLine(c.sollund), id: "line-3", missed: before(600) },
    ];
    return { ...stands(c), at: "idle", line: first, lines: [first, second, third], room: goodRoom };
  },
  elsewhere: (c) => ({
    ...stands(c),
    at: "elsewhere",
    call: "call-1",
    ends: c.ends,
    what: "call",
    where: c.names.console,
    since: before(63),
    line: readyLine(c.them),
    lines: [readyLine(c.them)],
  }),
  "elsewhere.ring": (c) => ({
    ...stands(c),
    at: "elsewhere",
    call: "call-1",
    ends: c.ends,
    what: "ring",
    where: c.names.console,
    since: before(9),
    line: readyLine(c.them),
    lines: [readyLine(c.them), { ...newLine(c.maren), id: "line-2" }],
  }),
  "idle.new": (c) => ({
    ...stands(c),
    at: "idle",
    lines: [],
    line: newLine(c.them),
    room: { ...goodRoom, direct: { at: "untested" }, relay: { at: "untested" } },
  }),
  "idle.longName": (c) => ({
    ...stands(c),
    at: "idle",
    lines: [],
    line: readyLine({ ...c.them, name: c.names.longName }),
    room: goodRoom,
  }),
  "idle.degraded": (c) => ({
    ...stands(c),
    at: "idle",
    lines: [],
    line: { ...readyLine(c.them), state: { at: "degraded", means: "soundOnly", cause: cause("udpBlocked") } },
    room: {
      ...goodRoom,
      camera: { at: "bad", cause: cause("cameraDark") },
      direct: { at: "bad", cause: cause("udpBlocked") },
    },
  }),
  "idle.notReadyTheirs": (c) => ({
    ...stands(c),
    at: "idle",
    lines: [],
    line: {
      ...readyLine(c.them),
      state: { at: "notReady", cause: cause("noAnswer", "theirs"), since: day(2026, 12, 7, 7), ours: "good" },
    },
    room: goodRoom,
  }),
  "idle.unproven": (c) => ({
    ...stands(c),
    at: "idle",
    lines: [],
    line: {
      ...readyLine(c.them),
      state: { at: "unproven", why: "update", since: day(2026, 12, 7, 9), test: "running" },
    },
    room: goodRoom,
  }),
  "idle.cutOff": (c) => ({
    ...stands(c),
    at: "idle",
    lines: [],
    line: { ...readyLine(c.them), state: { at: "cutOff", by: "ours", since: day(2026, 11, 11) } },
    room: goodRoom,
  }),
  ringingOut: (c) => ({
    ...stands(c),
    at: "ringingOut",
    call: "call-1",
    ends: c.ends,
    since: before(8),
    receipts: receipts(3),
  }),
  ringingIn: (c) => ({
    ...stands(c),
    at: "ringingIn",
    call: "call-1",
    ends: c.ends,
    since: before(8),
    how: "call",
    self: { at: "shown" },
    keys: "agreed",
  }),
  "ringingIn.handover": (c) => ({
    ...stands(c),
    at: "ringingIn",
    call: "call-1",
    ends: c.ends,
    since: before(42),
    how: "handover",
    self: { at: "hidden", why: "dark" },
    keys: "agreed",
  }),
  "ringingIn.asked": (c) => ({
    ...stands(c),
    at: "ringingIn",
    call: "call-1",
    ends: { ...c.ends, room: null },
    since: before(42),
    how: "asked",
    self: { at: "hidden", why: "off" },
    keys: "agreeing",
  }),
  connecting: (c) => ({
    ...stands(c),
    at: "connecting",
    call: "call-1",
    ends: c.ends,
    since: before(1),
    step: "picture",
  }),
  "connecting.picture": (c) => ({
    ...stands(c),
    at: "connecting",
    call: "call-1",
    ends: c.ends,
    since: before(1),
    step: "picture",
  }),
  "connecting.moved": (c) => ({
    ...stands(c),
    at: "connecting",
    call: "call-1",
    ends: c.ends,
    since: before(4325),
    step: "moved",
  }),
  inCall: (c) => ({ ...stands(c), at: "inCall", call: facts(c) }),
  "inCall.muted": (c) => ({
    ...stands(c),
    at: "inCall",
    call: { ...facts(c), microphone: { at: "muted" }, theirMicrophone: "muted" },
  }),
  "inCall.noPicture": (c) => ({
    ...stands(c),
    at: "inCall",
    call: {
      ...facts(c),
      picture: { at: "hidden", why: "poorPath" },
      selfPicture: { at: "hidden", why: "poorPath" },
      route: { at: "relay", roundTrip: ms(212) },
    },
  }),
  "inCall.lostDevices": (c) => ({
    ...stands(c),
    at: "inCall",
    call: {
      ...facts(c),
      theirMicrophone: "lost",
      picture: { at: "lost", cause: cause("cameraMissing", "theirs") },
      selfPicture: { at: "lost", cause: cause("cameraBusy") },
    },
  }),
  "inCall.screen": (c) => ({ ...stands(c), at: "inCall", call: { ...facts(c), screen: "theirs" } }),
  "inCall.alarm": (c) => ({
    ...stands(c),
    at: "inCall",
    call: {
      ...facts(c),
      microphone: { at: "lost", cause: cause("microphoneMissing") },
      seal: { ...facts(c).seal, epoch: "waiting", epochAt: before(540), provenAt: null },
      alarms: [{ id: "a", what: "unsealedFrames", since: before(4) }],
    },
  }),
  "holding.theirs": (c) => ({
    ...stands(c),
    at: "holding",
    call: facts(c),
    since: before(42),
    whose: "theirs",
    path: { at: "searching", since: before(42) },
  }),
  "holding.ours": (c) => ({
    ...stands(c),
    at: "holding",
    call: facts(c),
    since: before(5),
    whose: "ours",
    path: { at: "searching", since: before(5) },
  }),
  ended: (c) => ({
    ...stands(c),
    at: "ended",
    ends: c.ends,
    why: "byThem",
    began: before(4325),
    endedAt: before(6),
    record: { at: "signedByBoth", entry: 41903 },
    until: before(-24),
  }),
  "ended.unanswered": (c) => ({
    ...stands(c),
    at: "ended",
    ends: c.ends,
    why: "unanswered",
    began: null,
    endedAt: before(6),
    record: { at: "waiting", entry: 41903 },
    until: before(-24),
  }),
  "ended.missed": (c) => ({
    ...stands(c),
    at: "ended",
    ends: c.ends,
    why: "missed",
    began: null,
    endedAt: before(6),
    record: { at: "none" },
    until: before(-24),
  }),
  "fault.station": (c) => ({ at: "fault", code: "stationAway", since: before(95), now, us: c.us }),
  "fault.removed": (c) => ({ at: "fault", code: "removed", since: before(3700), now, us: c.us }),
} as const satisfies Record<string, (of: Cast) => DeskScreen>;

const stands = (c: Cast) => ({ now, us: c.us, terminal: c.names.terminal, sound: "free" as const, refused: null });

type Shown = ReturnType<(typeof desks)[keyof typeof desks]>["at"];
/** Does not compile while a state of the desk has no picture. */
export const everyDeskStateShown: Exclude<DeskScreen["at"], Shown> extends never ? true : never = true;
