// A simulated station's keys: a folder that outlives the program, with the promises of the key files (a key is there as soon
// as it was made; `use` may be repeated; what is neither in use nor next is gone), and the ring over it of one life.
import { type Bytes, equal, hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { fail, ok } from "@parley/base/result";
import { problem } from "@parley/protocol/errorCodes";
import type { Digest } from "@parley/protocol/signed/hash";
import { keyIdOf } from "@parley/protocol/signed/root";
import { type HybridKey, type HybridSigner, ed25519Half } from "@parley/protocol/signed/signature";
import type { PeerIdentity } from "@parley/station/peer/tlsIdentity";
import type { KeyRing } from "@parley/station/run/keyRing";
import type { WorldCryptography } from "./cryptography.ts";

export type SimulatedKeys = {
  /** A key and the one after it, for the root to certify. */
  readonly makePair: () => { readonly key: HybridKey; readonly next: Digest };
  /** The ring of a program that starts now. */
  readonly ring: () => KeyRing;
  /** How many keys the folder holds. */
  readonly held: () => number;
  /** When another key was last put to use, the world's time. */
  readonly usedAt: () => number;
};

type Names = { readonly key: Digest; readonly next: Digest };

export function simulatedKeys(cryptography: WorldCryptography, random: Random, now: () => number): SimulatedKeys {
  let files: readonly { readonly id: Digest; readonly signer: HybridSigner }[] = [];
  const sealingKey: Bytes = random(32);
  let usedAt = Number.NEGATIVE_INFINITY;
  let used = "";

  const find = (id: Digest) => files.find((file) => equal(file.id, id));
  const make = (): { readonly id: Digest; readonly signer: HybridSigner } => {
    const signer = cryptography.signerOf(random(32));
    const file = { id: keyIdOf(signer.publicKey), signer };
    files = [...files, file];
    return file;
  };

  const ring = (): KeyRing => {
    let held: (Names & { readonly signer: HybridSigner; readonly identity: PeerIdentity }) | null = null;
    const inUse = () => {
      if (held === null) throw new Error("no station key is in use yet");
      return held;
    };
    return {
      sealingKey,
      signer: () => inUse().signer,
      identity: () => inUse().identity,
      holds: (key) => find(key) !== undefined,
      next: () => {
        const { key, next } = inUse();
        const file = find(next);
        if (file === undefined) return null;
        const made = files.find(({ id }) => !equal(id, key) && !equal(id, next)) ?? make();
        return { signer: file.signer, after: made.id };
      },
      use: ({ key, next }) => {
        const file = find(key);
        if (file === undefined) return Promise.resolve(fail(problem("KEYS_FILE_MISSING", hex(key).slice(0, 8))));
        files = files.filter(({ id }) => equal(id, key) || equal(id, next));
        if (used !== hex(key)) usedAt = now();
        used = hex(key);
        held = { key, next, signer: file.signer, identity: identityOf(file.signer) };
        return Promise.resolve(ok(null));
      },
    };
  };

  return {
    makePair: () => ({ key: make().signer.publicKey, next: make().id }),
    ring,
    held: () => files.length,
    usedAt: () => usedAt,
  };
}

/** The key as connections show it; the simulated network has no TLS, so no certificate either. */
const identityOf = (signer: HybridSigner): PeerIdentity => ({
  key: ed25519Half(signer.publicKey),
  certificatePem: "",
  privateKeyPem: "",
  sign: (message) => signer.signEd25519(message),
});
