// How secrets lie on a disk: AES-256-GCM under a key that comes from a passphrase (scrypt, RFC 7914), from the operating
// system's credential store, or from nowhere, and then the file's permissions are all there is (rules ID31-ID33).
import { createCipheriv, createDecipheriv, hkdfSync, scryptSync } from "node:crypto";
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { decode, encode, fixed, opaque, struct, uint8, variant } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";

/** Largest secret that is sealed, bytes: a pairing with two bundles of 1 MiB fits. */
export const maxSecretBytes = 4 * 1024 * 1024;
const tagBytes = 16;

const box = { nonce: fixed(12), body: opaque(maxSecretBytes + tagBytes, tagBytes) };
const sealed = variant({
  /** Not sealed: whoever reads the file has the secret. */
  open: [1, struct({ body: opaque(maxSecretBytes) })],
  /** Under a key of the operating system's credential store. */
  machine: [2, struct(box)],
  /** Under a passphrase; log2 of scrypt's N, its r and p. */
  passphrase: [3, struct({ salt: fixed(16), logN: uint8, r: uint8, p: uint8, ...box })],
});

/** 128 MiB and about half a second: scrypt's cost for a passphrase that a person can remember. */
const cost = { logN: 17, r: 8, p: 1 } as const;
/** What an opened file may ask of this machine: 512 MiB. */
const maxLogN = 19;

/** What seals: nothing, the machine's key (any bytes, 16 at least), or a passphrase. */
export type Sealer =
  | { readonly by: "nothing" }
  | { readonly by: "machine"; readonly key: Bytes }
  | { readonly by: "passphrase"; readonly passphrase: string };

const machineKey = (key: Bytes): Bytes =>
  new Uint8Array(hkdfSync("sha256", key, new Uint8Array(0), utf8("parley machine seal v1"), 32));

function passphraseKey(passphrase: string, salt: Bytes, logN: number, r: number, p: number): Bytes {
  const N = 2 ** logN;
  return concat(scryptSync(passphrase.normalize("NFKC"), salt, 32, { N, r, p, maxmem: 128 * N * r + (1 << 20) }));
}

function lock(key: Bytes, nonce: Bytes, purpose: string, secret: Bytes): Bytes {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(utf8(purpose));
  const body = concat(cipher.update(secret), cipher.final(), cipher.getAuthTag());
  key.fill(0);
  return body;
}

function unlock(key: Bytes, nonce: Bytes, purpose: string, body: Bytes): Bytes | null {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAAD(utf8(purpose));
  decipher.setAuthTag(body.slice(-tagBytes));
  try {
    return concat(decipher.update(body.slice(0, -tagBytes)), decipher.final());
  } catch {
    return null;
  } finally {
    key.fill(0);
  }
}

/** The secret as it may lie on a disk; it opens under the same `purpose` alone. */
export function seal(secret: Bytes, purpose: string, sealer: Sealer, random: Random): Bytes {
  switch (sealer.by) {
    case "nothing":
      return encode(sealed, { type: "open", body: secret });
    case "machine": {
      const nonce = random(12);
      return encode(sealed, { type: "machine", nonce, body: lock(machineKey(sealer.key), nonce, purpose, secret) });
    }
    case "passphrase": {
      const [salt, nonce] = [random(16), random(12)];
      const { logN, r, p } = cost;
      const key = passphraseKey(sealer.passphrase, salt, logN, r, p);
      return encode(sealed, { type: "passphrase", salt, ...cost, nonce, body: lock(key, nonce, purpose, secret) });
    }
  }
  sealer satisfies never;
}

const damaged = (why: string) => fail(problem("KEYS_FILE_DAMAGED", why));

/**
 * The secret in a file. A file that is not sealed opens under any sealer, so that a credential store may be added later.
 * KEYS_FILE_DAMAGED; KEYS_PASSPHRASE_WRONG where a passphrase is what seals it.
 */
export function unseal(bytes: Uint8Array, purpose: string, sealer: Sealer): Result<Bytes, ParleyError> {
  const read = decode(sealed, bytes);
  if (!read.ok) return damaged(`${read.error.reason} at ${read.error.at}`);
  const it = read.value;
  if (it.type === "open") return ok(it.body);
  if (it.type !== sealer.by) return damaged(`sealed by ${it.type}, opened by ${sealer.by}`);
  if (it.type === "machine" && sealer.by === "machine")
    return opened(unlock(machineKey(sealer.key), it.nonce, purpose, it.body), "KEYS_FILE_DAMAGED");
  if (it.type !== "passphrase" || sealer.by !== "passphrase") return damaged("sealed by something else");
  const { salt, logN, r, p, nonce, body } = it;
  if (logN < 10 || logN > maxLogN || r !== cost.r || p !== cost.p) return damaged("costs outside their range");
  return opened(
    unlock(passphraseKey(sealer.passphrase, salt, logN, r, p), nonce, purpose, body),
    "KEYS_PASSPHRASE_WRONG",
  );
}

const opened = (secret: Bytes | null, otherwise: ErrorCode): Result<Bytes, ParleyError> =>
  secret === null ? fail(problem(otherwise)) : ok(secret);
