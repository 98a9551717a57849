// What the rest of the station may ask of its keys; the files are the keys/ room's affair, and a simulated station has none.
import type { Bytes } from "@parley/base/bytes";
import type { Result } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import type { Digest } from "@parley/protocol/signed/hash";
import type { HybridSigner } from "@parley/protocol/signed/signature";
import type { PeerIdentity } from "../peer/tlsIdentity.ts";

export type KeyRing = {
  /** The station key in use. */
  readonly signer: () => HybridSigner;
  /** The same key as connections between stations show it. */
  readonly identity: () => PeerIdentity;
  /** The key after it, and keyIdOf the one after that; null while it cannot be had. */
  readonly next: () => { readonly signer: HybridSigner; readonly after: Digest } | null;
  /** Whether the key of this id is in the folder. */
  readonly holds: (key: Digest) => boolean;
  /** From now on this key is the one in use; safe to run twice. Resolves when connections may show it. */
  readonly use: (names: { readonly key: Digest; readonly next: Digest }) => Promise<Result<null, ParleyError>>;
  /** Seals what lies in the database: link secrets, pairings under way. 32 bytes. */
  readonly sealingKey: Bytes;
};
