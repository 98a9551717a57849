import { clockByHand } from "@parley/base/testing/clockByHand";
import { ms } from "@parley/base/time";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import { describe, expect, it } from "vitest";
import type { Facts, Welcome } from "../model/facts.ts";
import type { DrillPlan } from "./drillRun.ts";
import { makeKnown } from "./known.ts";
import { makeRehearsal } from "./rehearsal.ts";

const chain = new Uint8Array(1);
const plan = (call: string, again: { again?: boolean } = {}): DrillPlan => ({
  type: "drillPlan",
  call,
  ringFor: 1000,
  talkFor: 1000,
  ...again,
});
const welcome: Welcome = {
  type: "welcome",
  terminal: "desk",
  name: "Desk",
  role: "desk",
  party: { id: "us", name: "Northmark", zone: "Etc/UTC", place: "Northmark" },
  chain: "",
  links: [],
  now: 1,
};

/** An idle desk with its station on the line; the drill is the real one, as far as it goes before it is admitted. */
function begin() {
  const { clock, pass } = clockByHand();
  let isThere = true;
  let said: FromTerminal[] = [];
  const rehearsal = makeRehearsal({
    page: {} as Document,
    clock,
    browserName: "Chromium 141",
    tell: (message) => {
      if (isThere) said.push(message);
      return isThere;
    },
    enrolment: () => ({ terminal: "desk", privateKey: {} as CryptoKey, publicKey: chain }),
    workers: () => {
      throw new Error("no drill comes that far here");
    },
    onMend: () => undefined,
  });
  const idleFacts: Facts = { ...makeKnown(clock, "desk", "asked").facts(), welcome };
  rehearsal.look(idleFacts);
  /** What was said since the last look. */
  const heard = (): FromTerminal[] => {
    const all = said;
    said = [];
    return all;
  };
  expect(heard()).toMatchObject([{ type: "drillable", at: "idle" }]);
  const inUse: Facts = { ...idleFacts, setUp: "open" };
  return {
    rehearsal,
    idleFacts,
    inUse,
    heard,
    pass,
    stationIs: (there: "there" | "away") => (isThere = there === "there"),
  };
}

describe("a desk's part in drills", () => {
  it("[DR19] a person who comes in the middle of one ends it, and its station hears why", () => {
    for (const come of ["look", "press"] as const) {
      const { rehearsal, inUse, heard } = begin();
      rehearsal.begin(plan("one"), chain);
      if (come === "look") rehearsal.look(inUse);
      else rehearsal.giveWay();
      expect(heard()[0]).toEqual({ type: "drillLeft", call: "one", why: "inUse" });
    }
  });

  it("[DR19] a drill that comes while a person is at the desk is refused in so many words", () => {
    const { rehearsal, inUse, heard } = begin();
    rehearsal.look(inUse);
    heard();
    rehearsal.begin(plan("one"), chain);
    expect(heard()).toEqual([{ type: "drillLeft", call: "one", why: "inUse" }]);
  });

  it("[DR19] a last word is said again when the station is back, until the next drill has one", () => {
    const { rehearsal, idleFacts, inUse, heard, pass, stationIs } = begin();
    rehearsal.begin(plan("one"), chain);
    stationIs("away");
    pass(ms(31_000));
    expect(heard()).toEqual([]);
    stationIs("there");
    rehearsal.welcomed();
    rehearsal.look(idleFacts);
    const over = { type: "found", call: "one", at: "over" };
    expect(heard()).toMatchObject([over, { type: "drillable", at: "idle" }]);
    rehearsal.welcomed();
    expect(heard()).toMatchObject([over]);
    rehearsal.begin(plan("two"), chain);
    rehearsal.look(inUse);
    heard();
    rehearsal.welcomed();
    expect(heard()).toEqual([{ type: "drillLeft", call: "two", why: "inUse" }]);
  });

  it("[DR19] told again of a drill it goes on with that one, and says so of one that its page knows nothing of", () => {
    const { rehearsal, heard, pass } = begin();
    rehearsal.begin(plan("one"), chain);
    rehearsal.begin(plan("one", { again: true }), chain);
    expect(heard()).toEqual([]);
    pass(ms(31_000));
    expect(heard()).toMatchObject([{ type: "found", call: "one", at: "over" }]);
    rehearsal.begin(plan("one", { again: true }), chain);
    expect(heard()).toEqual([]);
    rehearsal.begin(plan("two", { again: true }), chain);
    expect(heard()).toEqual([{ type: "drillLeft", call: "two", why: "loadedAnew" }]);
  });

  it("what the station gives up is over here without a word, and no other drill with it", () => {
    const { rehearsal, heard, pass } = begin();
    rehearsal.begin(plan("one"), chain);
    rehearsal.givenUp("another");
    pass(ms(31_000));
    expect(heard()).toMatchObject([{ type: "found", call: "one", at: "over" }]);
    rehearsal.begin(plan("two"), chain);
    rehearsal.givenUp("two");
    pass(ms(60_000));
    expect(heard()).toEqual([]);
  });
});
