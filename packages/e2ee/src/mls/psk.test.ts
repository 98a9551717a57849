import { hex } from "@parley/base/bytes";
import type { CallId, LinkId } from "@parley/protocol/ids";
import { describe, expect, it } from "vitest";
import { callPsk, encodePskName, linkConfirmation, linkSecretHash, nextLinkSecret, readPskName } from "./psk.ts";

const filled = (n: number, length = 32) => new Uint8Array(length).fill(n);
const call = filled(2, 16) as CallId;
const link = filled(1, 16) as LinkId;

describe("the link's secret in a call's keys", () => {
  it("[ML12] the PSK is HKDF-SHA-512 of the link secret under the call's id, and its id says link, generation and call", () => {
    const psk = callPsk(filled(3), { link, generation: 5, call });
    expect(hex(psk.id)).toBe(`${"01".repeat(16)}00000005${"02".repeat(16)}`);
    expect(readPskName(psk.id)).toEqual({ link, generation: 5, call });
    expect(readPskName(psk.id.slice(1))).toBe(null);
    expect(psk.id).toEqual(encodePskName({ link, generation: 5, call }));
    // Python: HMAC-SHA-512 by hand over RFC 5869's steps, with the same inputs.
    expect(hex(psk.secret)).toBe("8b922fcc12a5d43e94da855441457bd522225d887a98370a700195a71b2b4d39");
  });

  it("[ML12] another call, generation's secret or link gives another PSK; the link secret does not follow from it", () => {
    const secrets = [
      callPsk(filled(3), { link, generation: 5, call }),
      callPsk(filled(4), { link, generation: 5, call }),
      callPsk(filled(3), { link, generation: 5, call: filled(9, 16) as CallId }),
    ].map(({ secret }) => hex(secret));
    expect(new Set(secrets).size).toBe(3);
  });

  it("[ML13] the next link secret needs both the last one and what the call exported", () => {
    const next = nextLinkSecret(filled(3), filled(7));
    expect(hex(next)).toBe("b09289c3a8f9517b0f368db6386ed2e13bb270ebb094d9bc6abf3d3093db303b");
    expect(hex(nextLinkSecret(filled(4), filled(7)))).not.toBe(hex(next));
    expect(hex(nextLinkSecret(filled(3), filled(8)))).not.toBe(hex(next));
  });

  it("[ML13] hash and confirmations are of one secret, generation and side each, and none is another's", () => {
    const made = [
      linkSecretHash(filled(3), link, 5),
      linkSecretHash(filled(3), link, 6),
      linkConfirmation(filled(3), call, 5, 0),
      linkConfirmation(filled(3), call, 5, 1),
      linkConfirmation(filled(4), call, 5, 0),
    ].map(hex);
    expect(new Set(made).size).toBe(5);
  });
});
