// The command line's own officer: whoever holds the root's passphrase may act at the station's own machine as a duty
// officer may at a console. The key is an Ed25519 one, kept in a file under that passphrase, and shown to the station as a
// passkey's public key is (COSE, RFC 9053 section 2.2); what it signs is the station's nonce and the command.
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { type Bytes, concat, equal, fromHex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { publicKeyFrom, rawPublicKey, secretKeyFrom } from "./der.ts";
import { type Sealer, seal, unseal } from "./seal.ts";

const purpose = "parley command line officer";

/** COSE_Key of an Ed25519 public key: {1: OKP, 3: EdDSA, -1: Ed25519, -2: x} (RFC 9053 section 7.2), before the 32 bytes of x. */
const coseHead = fromHex("a401010327200621" + "5820") as Bytes;

export type OfficerKey = {
  /** What stands for a WebAuthn credential id. 16 bytes. */
  readonly credential: Bytes;
  readonly publicKey: Bytes;
  readonly sign: (message: Bytes) => Bytes;
};

export const drawOfficerSeed = (random: Random): Bytes => random(48);

/** 16 bytes of credential id, then the seed. */
export function officerKeyOf(seed: Bytes): OfficerKey {
  const secret = secretKeyFrom("ed25519", seed.slice(16));
  return {
    credential: seed.slice(0, 16),
    publicKey: concat(
      coseHead,
      rawPublicKey("ed25519", createPublicKey(createPrivateKey(secret.export({ format: "pem", type: "pkcs8" })))),
    ),
    sign: (message) => new Uint8Array(sign(null, message, secret)),
  };
}

export const sealOfficerKey = (seed: Bytes, by: Sealer, random: Random): Bytes => seal(seed, purpose, by, random);

/** KEYS_PASSPHRASE_WRONG, KEYS_FILE_DAMAGED. */
export function openOfficerKey(file: Uint8Array, by: Sealer): Result<OfficerKey, ParleyError> {
  const seed = unseal(file, purpose, by);
  return seed.ok ? ok(officerKeyOf(seed.value)) : fail(seed.error);
}

/** Whether the holder of this COSE key signed `message`; false for keys of any other kind, which sign in a browser. */
export function officerSigned(publicKey: Uint8Array, message: Bytes, signature: Bytes): boolean {
  if (publicKey.length !== coseHead.length + 32 || !equal(publicKey.subarray(0, coseHead.length), coseHead))
    return false;
  return verify(null, message, publicKeyFrom("ed25519", publicKey.slice(coseHead.length)), signature);
}
