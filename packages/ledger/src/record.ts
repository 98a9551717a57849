// How a station writes its ledger: what its store is given for one event, once the event's index is known, and how whoever reads
// a joint entry checks that the parties really signed it. The store keeps these bytes and hashes nothing; the tree is over them.
import type { Bytes } from "@parley/base/bytes";
import { compare } from "@parley/base/bytes";
import type { Instant } from "@parley/base/time";
import type { PartyId } from "@parley/protocol/ids";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Ed25519Key } from "@parley/protocol/signed/signature";
import { type Entry, type JointKind, type StationSignature, encodeEntry, jointMessage } from "./entry.ts";
import type { CheckEd25519 } from "./verify.ts";

/** The bytes of an event, given the index that it will have: what a store's `append` takes. */
export type AtIndex = (index: number) => Bytes;

/** This station's own word. `time` is its wall clock. */
export const ownRecord =
  (kind: string, time: Instant, body: Bytes): AtIndex =>
  (index) =>
    encodeEntry({ type: "own", index, time, kind, body });

/** What parties did together; the signatures go in ascending order of party, so that both ledgers hold the same ones alike. */
export const jointRecord =
  (kind: JointKind, time: Instant, body: Bytes, signatures: readonly StationSignature[]): AtIndex =>
  (index) =>
    encodeEntry({
      type: "joint",
      index,
      time,
      kind,
      body,
      signatures: signatures.toSorted((a, b) => compare(a.party, b.party)),
    });

export type JointEntry = Entry & { readonly type: "joint" };

/** The key of a party's station that a signature names, or null where this reader does not know it. */
export type KeyOf = (party: PartyId, key: Digest) => Ed25519Key | null;

/**
 * Who signed a joint entry: `signed` by all of its parties, two at least and none twice; or why it is no joint entry.
 */
export type JointVerdict =
  | { readonly type: "signed"; readonly by: readonly PartyId[] }
  | { readonly type: "tooFew" }
  | { readonly type: "unknownKey"; readonly party: PartyId }
  | { readonly type: "badSignature"; readonly party: PartyId };

/** Checks every signature of a joint entry; total. */
export async function verifyJoint(entry: JointEntry, keyOf: KeyOf, check: CheckEd25519): Promise<JointVerdict> {
  const { signatures } = entry;
  const apart = signatures.every((it, i) => i === 0 || compare(signatures[i - 1]?.party ?? it.party, it.party) < 0);
  if (signatures.length < 2 || !apart) return { type: "tooFew" };
  const message = jointMessage(entry.kind, entry.body);
  for (const { party, key, signature } of signatures) {
    const publicKey = keyOf(party, key);
    if (publicKey === null) return { type: "unknownKey", party };
    if (!(await check({ publicKey, message, signature }))) return { type: "badSignature", party };
  }
  return { type: "signed", by: signatures.map(({ party }) => party) };
}
