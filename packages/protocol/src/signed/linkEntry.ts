// The entry of a link's next secret: what both parties' ledgers hold about one step of the ratchet, the same bytes, signed by
// both stations. It says that generation n came of this call and what its secret hashes to; it never says the secret.
// Carries [RC20] of docs/spec/record.md.
import type { Bytes } from "@parley/base/bytes";
import { type Of, encode, fixed, struct, uint32 } from "@parley/base/codec";
import { callId, linkId } from "../ids.ts";
import { labelled } from "./hash.ts";

/** Domain label of both stations' Ed25519 signatures. */
export const linkEntryLabel = "parley link entry v1";

export const linkEntry = struct({
  link: linkId,
  /** Counts from 1; generation 0 is the pairing's. */
  generation: uint32,
  call: callId,
  /** linkSecretHash of the secret, 32 bytes. */
  hash: fixed(32),
});
export type LinkEntry = Of<typeof linkEntry>;

/** What both stations sign: label, zero byte, entry. */
export const linkSignable = (entry: LinkEntry): Bytes => labelled(linkEntryLabel, encode(linkEntry, entry));
