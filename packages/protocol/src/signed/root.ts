// A party's root key and the names that are made of it.
import { type Bytes, utf8 } from "@parley/base/bytes";
import type { PartyId } from "../ids.ts";
import { type Digest, labelled, sha256Of } from "./hash.ts";
import { labels } from "./labels.ts";
import type { HybridKey } from "./signature.ts";

/** SHA-256("parley party v1" || Ed25519 key || ML-DSA-65 key) of a party's first root; it stays when the root is replaced. */
export const partyIdOf = (firstRoot: HybridKey): PartyId => {
  const id: Bytes = sha256Of(utf8(labels.party), firstRoot);
  return id as PartyId;
};

/** The name of one root key, whichever generation: what a card commits to before the key is ever seen. */
export const rootIdOf = (root: HybridKey): Digest => sha256Of(labelled(labels.root, root));

/** The name of one station key: what each certificate and succession commits to for the key after it. */
export const keyIdOf = (key: HybridKey): Digest => sha256Of(labelled(labels.key, key));
