// What this terminal knows, kept current: the facts that the model reads and the pictures that the page plays, with those who
// are told of each change, in the order in which they asked. It decides nothing; whoever learns something says so here.
import type { Cancel, Clock, Instant } from "@parley/base/time";
import type { Facts } from "../model/facts.ts";
import { noReadiness } from "../model/readiness.ts";
import { devicesOf } from "./roomFacts.ts";
import { noRoom } from "./room.ts";

export type Pictures = {
  readonly them: MediaStream | null;
  readonly sound: MediaStream | null;
  readonly self: MediaStream | null;
  readonly screen: MediaStream | null;
  readonly speaker: string | null;
};

export type Known = {
  readonly facts: () => Facts;
  readonly pictures: () => Pictures;
  /** Tells everybody. */
  readonly change: (to: Partial<Facts>) => void;
  /** Tells nobody: a change of the same moment follows, and one look at both is enough. */
  readonly note: (to: Partial<Facts>) => void;
  /** Tells nobody, as `note`. */
  readonly picture: (to: Partial<Pictures>) => void;
  /** Calls back after each change, until cancelled. */
  readonly watch: (listener: () => void) => Cancel;
};

export function makeKnown(clock: Clock, wants: Facts["page"], officerCode: Facts["officerCode"]): Known {
  const listeners = new Set<() => void>();
  let facts = nothingYet(clock.now(), wants, officerCode);
  let pictures: Pictures = { them: null, sound: null, self: null, screen: null, speaker: null };
  return {
    facts: () => facts,
    pictures: () => pictures,
    change: (to) => {
      facts = { ...facts, ...to, now: clock.now() };
      for (const listener of listeners) listener();
    },
    note: (to) => {
      facts = { ...facts, ...to };
    },
    picture: (to) => {
      pictures = { ...pictures, ...to };
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function nothingYet(now: Instant, wants: Facts["page"], officerCode: Facts["officerCode"]): Facts {
  return {
    now,
    page: wants,
    began: now,
    officerCode,
    station: { at: "away", since: now },
    party: null,
    enrolment: { at: "unknown" },
    fault: null,
    welcome: null,
    lines: {},
    missed: {},
    chosen: null,
    receipts: {},
    records: {},
    drills: {},
    checks: {},
    people: null,
    call: null,
    devices: devicesOf(noRoom, { level: 0, heard: null }),
    setUp: "closed",
    sound: "free",
    refused: null,
    asked: null,
    selfPicture: { at: "hidden", why: "off" },
    names: {},
    door: null,
    passkey: { at: "ready" },
    section: "lines",
    readiness: noReadiness,
    house: null,
    alarms: [],
    ledger: { entries: [], total: 0, older: "none" },
  };
}

/** A stream of that one track; the same object as before when the track is the same, so that a video does not start over. */
export function streamOf(before: MediaStream | null, track: MediaStreamTrack | null): MediaStream | null {
  if (track === null) return null;
  return before?.getTracks()[0] === track ? before : new MediaStream([track]);
}

/** The names as we knew them with those we now heard; an empty one tells nothing. */
export function withNames(
  before: Facts["names"],
  terminals: readonly { readonly terminal: string; readonly name: string }[],
): Facts["names"] {
  const names = { ...before };
  for (const { terminal, name } of terminals) if (name !== "") names[terminal] = name;
  return names;
}
