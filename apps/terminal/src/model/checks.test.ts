import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import { errorTable } from "@parley/protocol/errorCodes";
import { ar } from "../words/ar.ts";
import { en } from "../words/en.ts";
import { checkCodes, findingSentence, horizonSentence, lineChecked } from "./checks.ts";

const now = instant(Date.UTC(2026, 10, 24));
const at = Date.UTC(2027, 2, 14);
const here = { name: "Estovar", zone: "UTC" };
const finding = { level: "red", about: "udp 4432", value: "", since: 0 } as const;
const check = {
  link: "link",
  at: now,
  findings: [
    { ...finding, code: "CHECK_RELAY_BLOCKED", whose: "theirs" as const },
    { ...finding, code: "PEER_UNREACHABLE", whose: "both" as const },
    { ...finding, code: "OF_A_NEWER_STATION", whose: "ours" as const },
  ],
  horizon: { what: "turnCertificate" as const, name: "", whose: "theirs" as const, at },
  dated: [],
};

describe("what checks found, on screens", () => {
  it("[CK16] the horizon is a date and whose it is; what has ended already is none", () => {
    const { horizon } = lineChecked(check, now);
    if (horizon === null) throw new Error("no horizon");
    expect(horizonSentence(horizon, here, "line.horizon")).toEqual({
      id: "line.horizon",
      with: {
        at: { at, place: here, as: "date" },
        what: { id: "horizon.turnCertificate", with: { whose: "theirs" } },
      },
    });
    expect(lineChecked(check, instant(at)).horizon).toBe(null);
    expect(lineChecked(undefined, now)).toEqual({ horizon: null, findings: [] });
  });

  it("[CK16] findings have a sentence in both languages; what the line's state says already, and what is not known, has none", () => {
    const { findings } = lineChecked(check, now);
    expect(findings.map(findingSentence)).toEqual([
      {
        id: "check.CHECK_RELAY_BLOCKED",
        with: { whose: "theirs", detail: { id: "check.detail", with: { detail: { name: "udp 4432" } } } },
      },
    ]);
    const shown: readonly string[] = checkCodes;
    expect(Object.keys(errorTable).filter((code) => code.startsWith("CHECK_") && !shown.includes(code))).toEqual([]);
    for (const code of checkCodes) expect([en[`check.${code}`], ar[`check.${code}`]]).not.toContain(undefined);
  });
});
