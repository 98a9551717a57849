// Facts of a line that is well, for tests to spoil; and the same line as the other side sees it.
import { instant, ms } from "@parley/base/time";
import type { CheckFacts, SideFacts } from "../checkFacts.ts";

export const now = instant(Date.UTC(2026, 10, 24, 12));

export const wellSide: SideFacts = {
  program: "0.1.0",
  runtime: "Node 26.1.0",
  zoneData: "2026a",
  versions: { oldest: 1, newest: 1 },
  clock: { stepped: ms(0), behind: false },
  zones: [{ zone: "Europe/Istanbul", offset: 180, next: null }],
  disk: { at: "well", daysLeft: null },
  counters: [{ what: "sent", left: 65_535 }],
  relays: [{ transport: "udp", port: 4432, own: "echo", others: false }],
};

const seen = [{ transport: "udp", port: 4432, verdict: "echo" }] as const;

export const wellFacts: CheckFacts = {
  now,
  link: { up: true, code: null, othersUp: null },
  secrets: 1,
  time: { offset: ms(12), uncertainty: ms(20), roundTrip: ms(40) },
  others: [],
  ours: wellSide,
  theirs: wellSide,
  faults: [],
  served: [],
  weSaw: seen,
  theySaw: seen,
  ourStation: "shown",
  changed: { ours: null, theirs: null },
  dated: [],
};

const flip = <T extends { readonly whose: "ours" | "theirs" }>(it: T): T => ({
  ...it,
  whose: it.whose === "ours" ? "theirs" : "ours",
});

/** What both sides know of each other, from the other side. */
export function mirrored(facts: CheckFacts): CheckFacts {
  const { ours, theirs, weSaw, theySaw, changed, time } = facts;
  if (theirs === null) throw new Error("only what both know can be mirrored");
  return {
    ...facts,
    ours: theirs,
    theirs: ours,
    weSaw: theySaw,
    theySaw: weSaw,
    changed: { ours: changed.theirs, theirs: changed.ours },
    time: time === null ? null : { ...time, offset: ms(0 - time.offset) },
    served: facts.served.map(flip),
    dated: facts.dated.map(flip),
  };
}
