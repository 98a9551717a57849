// The page of readiness is what the last whole run came to, and says nothing that the run did not.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { everyCase } from "./cases.ts";
import { modes } from "./modes.ts";
import { type Found, isBlamed, isFound, readinessPage, rowsOf } from "./readiness.ts";
import type { Outcome } from "./run.ts";

const docs = join(import.meta.dirname, "../../../docs");
const kept = JSON.parse(readFileSync(join(docs, "faults.json"), "utf8")) as Found;

const outcome = (more: Partial<Outcome>): Outcome => ({
  mode: 8,
  how: "",
  at: "found",
  after: 2,
  found: true,
  named: true,
  blamed: true,
  healed: 3,
  said: [],
  why: "",
  ...more,
});

describe("the page of readiness", () => {
  it("is made from the run that is kept beside it, no more and no less", () => {
    expect(readFileSync(join(docs, "READINESS.md"), "utf8")).toBe(readinessPage(modes, kept));
  });

  it("keeps outcomes of cases that there are, and of each mode that is tried", () => {
    const named = everyCase.map(({ how }) => how);
    expect(kept.outcomes.filter(({ how }) => !named.includes(how)).map(({ how }) => how)).toEqual([]);
    expect(
      modes.filter(({ notRun, number }) => notRun !== null && everyCase.some(({ mode }) => mode === number)),
    ).toEqual([]);
  });

  it("calls a mode found, and well blamed, only where each of its cases was", () => {
    const [row] = rowsOf(modes.slice(7, 8), { outcomes: [outcome({}), outcome({ at: "missed", blamed: false })] });
    expect([row && isFound(row), row && isBlamed(row)]).toEqual([false, false]);
    expect(isBlamed({ outcomes: [outcome({}), outcome({ blamed: false })] })).toBe(false);
    expect([isFound({ outcomes: [] }), isFound({ outcomes: [outcome({ at: "untrue" })] })]).toEqual([false, false]);
    expect(isBlamed({ outcomes: [outcome({})] })).toBe(true);
  });
});
