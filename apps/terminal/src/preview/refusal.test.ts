import { describe, expect, it } from "vitest";
import { instant } from "@parley/base/time";
import { errorTable } from "@parley/protocol/errorCodes";
import { refusalWords, refusals } from "../model/refusal.ts";
import { en } from "../words/en.ts";

describe("what a station refuses a person", () => {
  it("[VW59] each refusal says, in English, what its row of the error table says, and that row's cure", () => {
    for (const code of refusals) {
      const { what, cure } = refusalWords({ code, at: instant(0) });
      expect([code, en[what.id], en[cure.id]]).toEqual([code, errorTable[code].say, errorTable[code].cure]);
    }
  });

  it("[VW59] a code that this page has no words for is named", () => {
    expect(refusalWords({ code: "SOMETHING_NEW", at: instant(0) }).what).toEqual({
      id: "refused.other",
      with: { code: { name: "SOMETHING_NEW" } },
    });
  });
});
