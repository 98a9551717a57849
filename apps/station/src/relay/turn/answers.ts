// Answers to requests (RFC 8489 section 6.3.1): to the same transaction, signed with the key that the request was signed
// with, and with FINGERPRINT when it had one.
import { type StunError, errorCode, valueOf } from "./attributes.ts";
import type { Asked, Effect } from "./client.ts";
import { encodeMessage } from "./integrity.ts";
import type { Field } from "./stun.ts";

function encode(asked: Asked, kind: "success" | "error", fields: readonly Field[]): Uint8Array {
  const { method, transaction } = asked.message;
  const ending = { key: asked.key, fingerprint: valueOf(asked.message, "fingerprint") !== null };
  return encodeMessage({ class: kind, method, transaction }, fields, ending);
}

export const succeed = (asked: Asked, fields: readonly Field[]): readonly Effect[] => [
  { type: "answer", bytes: encode(asked, "success", fields), error: null },
];

export const refuse = (asked: Asked, code: StunError, ...more: readonly Field[]): readonly Effect[] => [
  { type: "answer", bytes: encode(asked, "error", [errorCode(code), ...more]), error: code },
];
