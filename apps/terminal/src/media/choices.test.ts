import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Chosen, noChoice, readChosen, ringersNow, speakerNow, writeChosen } from "./choices.ts";

const found = [
  { kind: "camera", id: "c" },
  { kind: "speaker", id: "default" },
  { kind: "speaker", id: "desk" },
  { kind: "speaker", id: "wall" },
];

describe("the devices that a person chose", () => {
  it("[VW52] the ring comes from the chosen loudspeaker, and from every one while that is not there or none was chosen", () => {
    expect(ringersNow({ ...noChoice, ringer: "wall" }, found)).toEqual(["wall"]);
    expect(ringersNow({ ...noChoice, ringer: "gone" }, found)).toEqual(["desk", "wall"]);
    expect(ringersNow(noChoice, found)).toEqual(["desk", "wall"]);
    expect(ringersNow({ ...noChoice, ringer: "c" }, found)).toEqual(["desk", "wall"]);
    expect(ringersNow(noChoice, [])).toEqual([""]);
    expect(ringersNow(noChoice, found.slice(0, 2))).toEqual([""]);
  });

  it("[VW52] the call comes from its own, and from the system's while that is not there", () => {
    const chosen: Chosen = { ...noChoice, speaker: "desk", ringer: "wall" };
    expect(speakerNow(chosen, found)).toBe("desk");
    expect(speakerNow(chosen, found.slice(0, 2))).toBe(null);
    expect(speakerNow(noChoice, found)).toBe(null);
  });

  it("the choices outlive a visit, and whatever else is kept in their place is no choice", () => {
    const id = fc.option(fc.string({ minLength: 1, maxLength: 256 }), { nil: null });
    fc.assert(
      fc.property(fc.record({ camera: id, microphone: id, speaker: id, ringer: id }), (chosen) => {
        expect(readChosen(writeChosen(chosen))).toEqual(chosen);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => Object.keys(readChosen(text)).length === 4));
    for (const text of [null, "", "7", "[]", "null", '{"camera":7}', `{"camera":"${"x".repeat(257)}"}`])
      expect(readChosen(text)).toEqual(noChoice);
  });
});
