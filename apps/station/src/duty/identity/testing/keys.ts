// A station's keys without a disk, for tests that hand them over hundreds of times: the promises of the key files.
import { equal, hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Digest } from "@parley/protocol/signed/hash";
import { keyIdOf } from "@parley/protocol/signed/root";
import type { HybridKey, HybridSigner } from "@parley/protocol/signed/signature";
import { signerOfSeed } from "@parley/protocol/signed/testing/keys";

export type TestKeys = {
  readonly holds: (id: Digest) => boolean;
  readonly makePair: () => { readonly key: HybridKey; readonly next: Digest };
  readonly signer: (id: Digest) => Result<HybridSigner, ParleyError>;
  readonly nextKey: (next: Digest) => Result<{ readonly signer: HybridSigner; readonly after: Digest }, ParleyError>;
  readonly use: (key: Digest, next: Digest) => Result<null, ParleyError>;
};

export function memoryKeys(random: Random): TestKeys {
  let keys = new Map<string, HybridSigner>();
  const make = () => {
    const signer = signerOfSeed(random(32));
    keys.set(hex(keyIdOf(signer.publicKey)), signer);
    return signer.publicKey;
  };
  const signer = (id: Digest): Result<HybridSigner, ParleyError> => {
    const found = keys.get(hex(id));
    return found === undefined ? fail(problem("KEYS_FILE_MISSING")) : ok(found);
  };
  let inUse: Digest | null = null;
  return {
    signer,
    holds: (id) => keys.has(hex(id)),
    makePair: () => ({ key: make(), next: keyIdOf(make()) }),
    nextKey: (next) => {
      const found = signer(next);
      if (!found.ok) return found;
      const made = [...keys.values()].find(({ publicKey }) => {
        const id = keyIdOf(publicKey);
        return !equal(id, next) && (inUse === null || !equal(id, inUse));
      });
      return ok({ signer: found.value, after: keyIdOf(made?.publicKey ?? make()) });
    },
    use: (key, next) => {
      inUse = key;
      keys = new Map([...keys].filter(([id]) => id === hex(key) || id === hex(next)));
      return ok(null);
    },
  };
}
