import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { instant, ms } from "@parley/base/time";
import { maxDated, maxEnvelopePayloadBytes } from "../limits.ts";
import { type CheckPayload, type StationReport, decodeCheck, encodeCheck } from "./check.ts";

const id = new Uint8Array(16).fill(7);
const listed = { what: "listed", name: "estovar.example", began: null, ends: instant(2), renews: null } as const;
const report: StationReport = {
  program: "0.1.0",
  runtime: "Node 26.1.0",
  zoneData: "2026a",
  versions: { oldest: 1, newest: 1 },
  setup: new Uint8Array(32),
  clock: { stepped: ms(-45_000), behind: false },
  zones: [{ zone: "America/St_Johns", offset: -210, next: { at: instant(1), offset: -150 } }],
  disk: { at: "well", daysLeft: 400 },
  counters: [{ what: "sent", left: 65_535 }],
  turnCertificate: null,
  relays: [{ transport: "tls", port: 4433, own: "echo", others: true }],
  trial: { username: "1:check", credential: "x" },
  dated: [listed],
};
const all: readonly CheckPayload[] = [
  { type: "ask", id, at: instant(3) },
  { type: "answer", id, heard: instant(4), said: instant(5), report },
  { type: "seen", id, places: [{ transport: "udp", port: 1, verdict: "silent" }], station: "shown" },
];

describe("what stations say in a check", () => {
  it("[CK4] is what it was after the wire, negative offsets too, and fits an envelope", () => {
    for (const said of all) expect(certain(decodeCheck(encodeCheck(said)))).toEqual(said);
    const full = Array.from({ length: maxDated }, () => ({ ...listed, name: "x".repeat(120) }));
    const most = encodeCheck({
      type: "answer",
      id,
      heard: instant(4),
      said: instant(5),
      report: { ...report, dated: full },
    });
    expect(most.length).toBeLessThan(maxEnvelopePayloadBytes / 8);
    expect(() =>
      encodeCheck({
        type: "answer",
        id,
        heard: instant(4),
        said: instant(5),
        report: { ...report, dated: [...full, ...full] },
      }),
    ).toThrow(RangeError);
  });

  it("[CK4] every byte missing or bent is refused or another value, and nothing throws", () => {
    for (const said of all) {
      const bytes = encodeCheck(said);
      for (let at = 0; at < bytes.length; at++) {
        expect(decodeCheck(bytes.subarray(0, at)).ok).toBe(false);
        const bent = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 0x80 : byte));
        const read = decodeCheck(bent);
        if (read.ok) expect(read.value).not.toEqual(said);
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodeCheck(bytes)));
  });
});
