import { describe, expect, it } from "vitest";
import type { HorizonShown } from "@parley/station/adminChecks";
import { instant } from "@parley/base/time";
import { exitFor, sentenceFor } from "./horizon.ts";

type Item = HorizonShown["dated"][number];
const item = (more: Partial<Item> = {}): Item => ({
  what: "turnCertificate",
  name: "",
  began: null,
  ends: instant(Date.UTC(2027, 2, 14)),
  renews: null,
  whose: "theirs",
  stands: "good",
  ...more,
});

describe("parley horizon", () => {
  it("[CK17] says the first date, what it is and whose", () => {
    const first = item();
    expect(sentenceFor({ horizon: first, dated: [first] })).toBe(
      "Nothing on this line expires before 14 March 2027: their TURN certificate.",
    );
    const listed = item({ what: "listed", name: "domain estovar.example", whose: "ours", stands: "ended" });
    expect(sentenceFor({ horizon: listed, dated: [listed] })).toBe(
      "Ended on 14 March 2027: our domain estovar.example.",
    );
    expect(sentenceFor({ horizon: null, dated: [] })).toBe("Nothing on this line has a date that counts.");
  });

  it("[CK17] exits with 3 for what is due on our side, 1 for theirs alone, 0 otherwise", () => {
    for (const stands of ["soon", "ended", "overdue"] as const) {
      expect(exitFor([{ dated: [item(), item({ whose: "ours", stands })] }])).toBe(3);
      expect(exitFor([{ dated: [item({ stands })] }])).toBe(1);
      expect(exitFor([{ dated: [item({ stands })] }, { dated: [item({ whose: "ours", stands })] }])).toBe(3);
    }
    for (const stands of ["good", "renews"] as const)
      expect(exitFor([{ dated: [item({ stands }), item({ whose: "ours", stands })] }])).toBe(0);
    expect(exitFor([])).toBe(0);
  });
});
