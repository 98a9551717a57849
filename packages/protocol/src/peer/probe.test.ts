import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, hex } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { maxProbeTargets } from "../limits.ts";
import { type Probe, decodeProbe, encodeProbe, probeKinds, probeVerdicts } from "./probe.ts";

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b): Bytes => new Uint8Array(b));
const target = fc.record({
  what: fc.constantFrom(...probeKinds),
  station: fc.nat(255),
  port: fc.nat(0xffff),
});
const anyProbe: fc.Arbitrary<Probe> = fc.oneof(
  fc.record({
    type: fc.constant("ask" as const),
    id,
    targets: fc.array(target, { maxLength: maxProbeTargets }),
  }),
  fc.record({
    type: fc.constant("report" as const),
    id,
    verdicts: fc.array(fc.constantFrom(...probeVerdicts), { maxLength: maxProbeTargets }),
  }),
);

describe("probe", () => {
  it("is what it was after the wire", () => {
    fc.assert(
      fc.property(anyProbe, (value) => {
        expect(certain(decodeProbe(encodeProbe(value)))).toEqual(value);
      }),
    );
  });

  it("lies on the wire as written down", () => {
    const ask: Probe = {
      type: "ask",
      id: new Uint8Array(16).fill(0x11),
      targets: [{ what: "turnTcp", station: 1, port: 4432 }],
    };
    expect(hex(encodeProbe(ask))).toBe(`0001${"11".repeat(16)}0402011150`);
  });

  it("[CL13] any bytes give a probe or an error, and one target too many is refused", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeProbe(bytes)));
    const many = Array.from({ length: maxProbeTargets + 1 }, () => "00000000").join("");
    const wire = `0001${"11".repeat(16)}${(4 * (maxProbeTargets + 1)).toString(16)}${many}`;
    expect(decodeProbe(Uint8Array.from(Buffer.from(wire, "hex"))).ok).toBe(false);
  });
});
