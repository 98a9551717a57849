// The judgement of a case can fail, each way that it has.
import { describe, expect, it } from "vitest";
import { type Expected, type Said, isFair, judge } from "./said.ts";

const said = (more: Partial<Said>): Said => ({
  at: "a",
  of: "b",
  by: "check",
  code: "CHECK_CLOCKS_DIFFER",
  whose: "ours",
  level: "red",
  about: "",
  ...more,
});
const expects: readonly Expected[] = [
  { at: "a", of: "b", by: "check", code: "CHECK_CLOCKS_DIFFER" },
  { at: "b", of: "a", by: "check", code: "CHECK_CLOCKS_DIFFER" },
];
const both = [said({}), said({ at: "b", of: "a", whose: "theirs" })];
const verdict = (now: readonly Said[], before: readonly Said[] = []) => {
  const { found, named, blamed } = judge(before, now, expects, "a", 1);
  return [found, named, blamed];
};

describe("the judgement of a case", () => {
  it("is found, named and well blamed where both sides say it of the guilty one", () => {
    expect(verdict(both)).toEqual([true, true, true]);
  });

  it("is not found where nothing new is said, whatever was said before", () => {
    expect(verdict([])).toEqual([false, false, false]);
    expect(verdict(both, both)).toEqual([false, false, false]);
    expect(verdict([said({ code: "CHECK_CHANGED", level: "unproven" })])).toEqual([false, false, false]);
  });

  it("is found and not named under another cause, or on one side alone", () => {
    expect(verdict([said({ code: "CHECK_DISK_SLOW" })])).toEqual([true, false, false]);
    expect(verdict(both.slice(0, 1))).toEqual([true, false, false]);
  });

  it("is ill blamed where one side names the other or both, and where anything else that is new accuses who has no part", () => {
    expect(verdict([said({}), said({ at: "b", of: "a", whose: "both" })])).toEqual([true, true, false]);
    expect(verdict([said({ whose: "theirs" }), said({ at: "b", of: "a", whose: "ours" })])).toEqual([
      true,
      true,
      false,
    ]);
    expect(verdict([...both, said({ at: "c", of: "b", code: "CHECK_PORT_SILENT", whose: "theirs" })])).toEqual([
      true,
      true,
      false,
    ]);
    expect(verdict([...both, said({ at: "c", of: "a", code: "CHECK_PORT_SILENT", whose: "theirs" })])).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("accuses nobody of what lies between, and may accuse both of what both have", () => {
    expect([isFair(said({}), "between"), isFair(said({ whose: "both" }), "between")]).toEqual([false, true]);
    expect(isFair(said({ whose: "theirs" }), "each")).toBe(true);
  });
});
