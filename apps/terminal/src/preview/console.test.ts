import { describe, expect, it } from "vitest";
import { consoles, everyConsoleStateShown } from "./consoles.ts";
import { everyDeskStateShown } from "./desks.ts";
import { cast } from "./people.ts";
import { openAlarms } from "../model/alarm.ts";
import { sections } from "../model/actions.ts";
import { type ConsoleOn, callSentence, linesSummary, proofSentence, waiting } from "../model/console.ts";

const people = cast("en");
const on = (key: keyof typeof consoles): ConsoleOn => {
  const screen = consoles[key](people);
  if (screen.at !== "on") throw new Error(`${key} stands before the door`);
  return screen;
};

describe("the pictures", () => {
  it("[VW7] show every state of both screens; the type of each says so, and this would not compile otherwise", () => {
    expect([everyDeskStateShown, everyConsoleStateShown]).toEqual([true, true]);
  });
  it("[VW7] show every section, and every state of a call and of a pairing", () => {
    const shown = Object.values(consoles).map((screen) => screen(people));
    const all = shown.flatMap((screen) => (screen.at === "on" ? [screen] : []));
    expect(new Set(all.map(({ section }) => section))).toEqual(new Set(sections));
    expect(new Set(all.flatMap(({ calls }) => calls.map(({ at }) => at)))).toEqual(
      new Set(["ringingIn", "ringingOut", "connecting", "inCall", "holding", "ended"]),
    );
    expect(new Set(all.map(({ pairing }) => pairing.at))).toEqual(
      new Set(["none", "offered", "exchanging", "words", "active", "unconfirmed", "failed"]),
    );
  });
});

describe("the console", () => {
  it("counts in each section what waits for a person", () => {
    const quiet = { ...on("call.none"), lines: [], alarms: [], terminals: [] };
    expect(sections.map((section) => waiting(quiet, section))).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(sections.map((section) => waiting(on("lines.ringing"), section))).toEqual([2, 0, 1, 1, 0, 0, 2]);
    expect(waiting(on("terminals.letIn"), "terminals")).toBe(2);
    expect(waiting(on("pairing.words"), "pairing")).toBe(1);
    expect(waiting(on("pairing.active"), "pairing")).toBe(0);
  });

  it("the number beside Lines is the number in its summary", () => {
    expect(linesSummary(on("lines").lines).with).toEqual({ n: 4, need: waiting(on("lines"), "lines") });
  });

  it("open alarms come by priority, then newest first; acknowledged and shelved ones are not among them", () => {
    const open = openAlarms(on("alarms").alarms);
    expect(open.map(({ id }) => id)).toEqual(["a1", "a2"]);
    const [first] = open;
    if (first === undefined) throw new Error("no alarm is open");
    const later = { ...first, id: "later", since: on("alarms").now };
    expect(openAlarms([first, later]).map(({ id }) => id)).toEqual(["later", "a1"]);
  });

  it("a call says in one line where it stands", () => {
    const said = (key: keyof typeof consoles) => on(key).calls.map((call) => callSentence(call, on(key).now).id);
    expect(said("call.ringingIn")).toEqual(["call.ringingIn"]);
    expect(said("call.ringingOut")).toEqual(["call.ringingOut"]);
    expect(said("call.here")).toEqual(["call.inCall"]);
    expect(said("call.holding")).toEqual(["holding.theirs"]);
    expect(said("call.ended")).toEqual(["ended.byThem"]);
  });

  it("an entry of our own business names no witness, and one of both names the other party", () => {
    const entry = on("ledger").ledger.entries[0];
    if (entry === undefined) throw new Error("the ledger is empty");
    expect(proofSentence({ ...entry, proof: "witnessed" }).id).toBe("proof.witnessed");
    expect(proofSentence({ ...entry, proof: "witnessed", them: null }).id).toBe("proof.witnessedBySome");
  });
});
