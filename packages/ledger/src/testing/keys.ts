// Ed25519 keys for tests, from a number; signing and checking by Node.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { type Bytes, concat, fromHex } from "@parley/base/bytes";
import type { Ed25519Key, Ed25519Signature } from "@parley/protocol/signed/signature";
import type { Sha256 } from "../hash.ts";
import type { CheckEd25519 } from "../verify.ts";
import type { NoteKey, NoteKeyKind, SignEd25519 } from "../note.ts";

export const sha: Sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** The DER heads of an Ed25519 private key (RFC 8410 section 7) and public key. */
const privateHead = fromHex("302e020100300506032b657004220420") as Bytes;
const publicHead = fromHex("302a300506032b6570032100") as Bytes;

export type Signer = { readonly key: NoteKey; readonly sign: SignEd25519 };

export function signerOf(kind: NoteKeyKind, name: string, seed: number): Signer {
  const secret = createPrivateKey({
    key: Buffer.from(concat(privateHead, new Uint8Array(32).fill(seed))),
    format: "der",
    type: "pkcs8",
  });
  const der = createPublicKey(secret).export({ format: "der", type: "spki" });
  const publicKey = new Uint8Array(der.subarray(publicHead.length)) as Ed25519Key;
  return {
    key: { kind, name, publicKey },
    sign: (message) => new Uint8Array(sign(null, message, secret)) as Ed25519Signature,
  };
}

export const check: CheckEd25519 = ({ publicKey, message, signature }) =>
  verify(
    null,
    message,
    createPublicKey({ key: Buffer.from(concat(publicHead, publicKey)), format: "der", type: "spki" }),
    signature,
  );
