// Key files without a disk, for tests that hand keys over hundreds of times: the same promises as keys/keyFiles.
import { equal, hex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Digest } from "@parley/protocol/signed/hash";
import { keyIdOf } from "@parley/protocol/signed/root";
import type { HybridSigner } from "@parley/protocol/signed/signature";
import { signerOf } from "../keys/hybrid.ts";
import type { KeyFiles } from "../keys/keyFiles.ts";

export type TestKeys = Pick<KeyFiles, "holds" | "makePair" | "signer" | "nextKey" | "use">;

export function memoryKeys(random: Random): TestKeys {
  let keys = new Map<string, HybridSigner>();
  const make = () => {
    const signer = signerOf(random(32));
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
