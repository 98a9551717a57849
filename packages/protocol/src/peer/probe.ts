// "Can you reach me?": a station asks a linked one to try its ports from over there, since nobody sees one's own firewall from
// inside. Travels in an envelope of kind `notice`, so it is signed, numbered and taken once. Targets are places on the asking
// party's own card, never names of its choosing, and the answer says no more than whether Parley answered there: it is no
// scanner of other machines. Carries [CL13]-[CL15] of docs/spec/cli.md.
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, fixed, list, oneOf, struct, uint16, uint8, variant } from "@parley/base/codec";
import type { Result } from "@parley/base/result";
import { decodeAs } from "../decodeAs.ts";
import type { ParleyError } from "../errorCodes.ts";
import { maxProbeTargets } from "../limits.ts";

/** What is tried. `peer` is the card's own port; the others' ports are in the target. Append, never reorder. */
export const probeKinds = ["peer", "turnUdp", "turnTcp", "turnTls", "web"] as const;
export type ProbeKind = (typeof probeKinds)[number];

export const probeTarget = struct({
  what: oneOf(...probeKinds),
  /** Which of the station addresses on the asker's card, from 0. */
  station: uint8,
  /** 0 for `peer`. */
  port: uint16,
});
export type ProbeTarget = Of<typeof probeTarget>;

/** `silent` is everything but the right answer. `untried`: no such address on the card, too often, or not able to. */
export const probeVerdicts = ["reached", "silent", "untried"] as const;
export type ProbeVerdict = (typeof probeVerdicts)[number];

const id = fixed(16);

export const probe = variant({
  ask: [1, struct({ id, targets: list(probeTarget, maxProbeTargets, 0xff) })],
  /** One verdict for each target, in their order. */
  report: [2, struct({ id, verdicts: list(oneOf(...probeVerdicts), maxProbeTargets, 0xff) })],
});
export type Probe = Of<typeof probe>;

export const encodeProbe = (it: Probe): Bytes => encode(probe, it);

/** MESSAGE_MALFORMED; the envelope bounds the size. */
export function decodeProbe(bytes: Uint8Array): Result<Probe, ParleyError> {
  return decodeAs("probe", probe, bytes);
}
