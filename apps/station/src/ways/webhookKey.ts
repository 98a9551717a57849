// The secret that signs a webhook, as settings write it: the prefixes are those of Standard Webhooks.
import { type KeyObject, createPrivateKey } from "node:crypto";
import { type Result, fail, ok } from "@parley/base/result";

/** What signs a webhook: `whsec_` and 24 to 64 bytes in base64, or `whsk_` and the 32 bytes of an Ed25519 seed. */
export type WebhookKey =
  { readonly by: "hmac"; readonly secret: Buffer } | { readonly by: "ed25519"; readonly key: KeyObject };

/** The DER of a PKCS #8 Ed25519 key before its 32 bytes (RFC 8410 section 7). */
const seedPrefix = Buffer.from("302e020100300506032b657004220420", "hex");

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The key that `text` is, or what would be right. */
export function readWebhookKey(text: string): Result<WebhookKey, string> {
  const [, kind, encoded] = /^(whsec|whsk)_(.+)$/.exec(text) ?? [];
  const bytes = encoded !== undefined && base64.test(encoded) ? Buffer.from(encoded, "base64") : Buffer.alloc(0);
  if (kind === "whsec" && bytes.length >= 24 && bytes.length <= 64) return ok({ by: "hmac", secret: bytes });
  if (kind === "whsk" && bytes.length === 32)
    return ok({
      by: "ed25519",
      key: createPrivateKey({ key: Buffer.concat([seedPrefix, bytes]), format: "der", type: "pkcs8" }),
    });
  return fail("whsec_ and 24 to 64 bytes in base64 for HMAC, or whsk_ and the 32 bytes of an Ed25519 seed");
}
