import { describe, expect, it } from "vitest";
import { errorTable } from "@parley/protocol/errorCodes";
import { deviceTrouble, troubleWords, troubles } from "../model/trouble.ts";
import { en } from "../words/en.ts";

const codeOf = (word: string): keyof typeof errorTable =>
  word.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase() as keyof typeof errorTable;

describe("what can be wrong with a room's devices", () => {
  it("[VW51] each trouble says, in English, what its row of the error table says, and that row's cure", () => {
    for (const trouble of [...troubles, "soundBlocked"] as const) {
      const row = errorTable[codeOf(trouble)];
      expect([trouble, en[`trouble.${trouble}`], en[`cure.${trouble}`]]).toEqual([trouble, row.say, row.cure]);
    }
    expect(troubleWords("cameraMissing")).toEqual({
      what: { id: "trouble.cameraMissing" },
      cure: { id: "cure.cameraMissing" },
    });
  });

  it("[VW51] what a browser says of a device becomes a trouble, and an unknown word a missing device", () => {
    expect(deviceTrouble("camera", "NotAllowedError")).toBe("cameraRefused");
    expect(deviceTrouble("camera", "NotReadableError")).toBe("cameraBusy");
    expect(deviceTrouble("microphone", "AbortError")).toBe("microphoneBusy");
    expect(deviceTrouble("microphone", "NotFoundError")).toBe("microphoneMissing");
    expect(deviceTrouble("microphone", "SomethingNew")).toBe("microphoneMissing");
  });
});
