// Screens from facts, where it matters that something is on them: a call behind the door, a call that is asked for.
import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import type { Line } from "@parley/call/state";
import type { LedgerRow } from "@parley/protocol/terminal/console";
import { consoleScreen } from "../model/consoleScreen.ts";
import { askedCall, deskScreen } from "../model/deskScreen.ts";
import type { Facts, Welcome } from "../model/facts.ts";
import { noReadiness } from "../model/readiness.ts";
import { devices } from "./desks.ts";
import { before, cast, now } from "./people.ts";

const [link, me, other] = ["line-1", "here", "desk"];
const welcome: Welcome = {
  type: "welcome",
  terminal: me,
  name: "This one",
  role: "console",
  party: { id: "us", name: "Northmark", zone: "America/New_York", place: "Northmark" },
  chain: "",
  links: [
    {
      link,
      party: "them",
      name: "Estovar",
      zone: "Europe/Istanbul",
      place: "Estovar",
      since: 5,
      used: null,
      reachable: { up: true, since: 6 },
      secret: "good",
      stopped: null,
    },
  ],
  now,
};

const facts = (more: Partial<Facts>): Facts => ({
  now,
  page: "console",
  began: before(60),
  officerCode: "asked",
  station: { at: "here" },
  party: "Northmark",
  enrolment: { at: "enrolled" },
  fault: null,
  welcome,
  lines: {},
  missed: {},
  chosen: null,
  asked: null,
  receipts: {},
  records: {},
  drills: {},
  checks: {},
  people: null,
  call: null,
  devices: devices(cast("en")),
  setUp: "closed",
  sound: "free",
  refused: null,
  selfPicture: { at: "hidden", why: "off" },
  names: {},
  door: { officers: "some", officer: "Ada" },
  passkey: { at: "ready" },
  section: "lines",
  readiness: noReadiness,
  house: null,
  alarms: [],
  ledger: { entries: [], total: 0, older: "none" },
  ...more,
});

const live: Line = {
  at: "live",
  since: before(80),
  call: "call-1",
  side: "calling",
  ours: me,
  theirs: "far",
  answered: before(90),
};
const at = (line: Line): Facts["lines"] => ({ [link]: { line, since: now } });
const signedOut = { officers: "some", officer: null } as const;

describe("the sign-in door", () => {
  it("[CA26] says of a call that goes on behind it with whom and since when; of another terminal's it says nothing", () => {
    const door = (line: Line) => consoleScreen(facts({ door: signedOut, lines: at(line) }));
    expect(door(live)).toMatchObject({ at: "signIn", call: { id: "call-1", them: "Estovar", began: before(90) } });
    expect(door({ ...live, ours: other })).toMatchObject({ at: "signIn", call: null });
    expect(door({ at: "idle" })).toMatchObject({ at: "signIn", call: null });
  });
});

describe("a call that an officer asks for at a desk", () => {
  const asked = { link, terminal: me, since: before(3) };

  it("[CA27] rings at that desk as something to join; at the console that asked it is told where it rings", () => {
    expect(deskScreen(facts({ asked }))).toMatchObject({
      at: "ringingIn",
      how: "asked",
      call: askedCall(link),
      since: before(3),
      ends: { them: { name: "Estovar" } },
    });
    expect(deskScreen(facts({ asked: { ...asked, terminal: other } })).at).toBe("idle");
    expect(consoleScreen(facts({ asked: { ...asked, terminal: other } }))).toMatchObject({
      asked: { them: "Estovar" },
    });
  });

  it("[CA27] gives way to any call that this desk has, or that rings here", () => {
    const ringing: Line = {
      at: "ringing",
      side: "called",
      call: "call-2",
      theirs: "far",
      desks: [me],
      reach: "rang",
      until: instant(now + 1),
    };
    expect(deskScreen(facts({ asked, lines: at(ringing) }))).toMatchObject({ at: "ringingIn", how: "call" });
  });
});

describe("a ring of ours in the ledger view", () => {
  const sentence = (why: string, reach: string): unknown => {
    const row: LedgerRow = { index: 4, at: now, kind: "rang", facts: { why, reach }, link, proof: "ours" };
    const screen = consoleScreen(facts({ ledger: { entries: [row], total: 5, older: "none" } }));
    return screen.at === "on" ? screen.ledger.entries[0]?.what.with?.["how"] : null;
  };

  it("[CA28] says to whom it was and why it came to nothing", () => {
    const them = { them: { name: "Estovar" } };
    expect(sentence("unanswered", "rang")).toEqual({ id: "ended.unanswered", with: them });
    expect(sentence("unanswered", "delivered")).toEqual({ id: "ended.noDesk", with: them });
    expect(sentence("declined", "seen")).toEqual({ id: "ended.declined", with: them });
    expect(sentence("notDelivered", "sent")).toEqual({ id: "ended.notDelivered", with: them });
    expect(sentence("busy", "delivered")).toEqual({ id: "ended.busy", with: them });
    expect(sentence("cancelled", "rang")).toEqual({ id: "ended.cancelled", with: them });
  });
});
