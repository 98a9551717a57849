// Node's cryptography for whoever verifies a record: the command line, the bench and tests.
import { verify as verifySignature } from "node:crypto";
import { hex } from "@parley/base/bytes";
import type { AuditTools } from "@parley/ledger/audit";
import { publicKeyFrom } from "./keys/der.ts";
import { nodeSha256, nodeVerify } from "./keys/hybrid.ts";

/** Imported keys by their bytes in hex, since a record's few keys check hundreds of thousands of signatures. */
const imported = new Map<string, ReturnType<typeof publicKeyFrom> | null>();

function keyOf(raw: Uint8Array): ReturnType<typeof publicKeyFrom> | null {
  const name = hex(raw);
  const known = imported.get(name);
  if (known !== undefined) return known;
  let key: ReturnType<typeof publicKeyFrom> | null = null;
  try {
    key = publicKeyFrom("ed25519", raw);
  } catch {
    // OpenSSL refuses bytes that are no key; nothing was signed under them.
  }
  imported.set(name, key);
  return key;
}

export const nodeTools: AuditTools = {
  sha: nodeSha256,
  verify: async (it) => nodeVerify(it),
  check: ({ publicKey, message, signature }) => {
    const key = keyOf(publicKey);
    return key !== null && verifySignature(null, message, key, signature);
  },
};
