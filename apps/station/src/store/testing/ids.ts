// Ids for tests, from a number.
import type { EnvelopeId, LinkId } from "@parley/protocol/ids";

export const linkOf = (n: number): LinkId => new Uint8Array(16).fill(n) as LinkId;
export const envelopeOf = (n: number): EnvelopeId => {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(0, n);
  return id as EnvelopeId;
};
