// Signed notes (C2SP signed-note): a text, and lines that each say who signed it with which key. Nothing in a note counts until
// a signature of a known key over it has been checked; `noteCheck` says which check that is, and whoever has the cryptography
// makes it. Two kinds of Ed25519 signature are known: over the text itself (0x01), and a witness's with its time (0x04).
import { type Bytes, concat, equal, fromUtf8, hex, utf8 } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxNoteBytes, maxNoteSignatures } from "@parley/protocol/limits";
import type { Ed25519Key, Ed25519Signature } from "@parley/protocol/signed/signature";
import { base64, fromBase64 } from "./base64.ts";
import type { Sha256 } from "./hash.ts";

/** `log`: signs its own checkpoints. `witness`: cosigns those of others (C2SP tlog-cosignature). */
export type NoteKeyKind = "log" | "witness";

/** A key that a reader of notes knows: whose, for what, and the key. */
export type NoteKey = { readonly kind: NoteKeyKind; readonly name: string; readonly publicKey: Ed25519Key };

export type NoteSignature = { readonly name: string; readonly keyId: Bytes; readonly signature: Bytes };

/** `text` ends in a newline. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** One Ed25519 signature to be checked. */
export type Ed25519Check = {
  readonly publicKey: Ed25519Key;
  readonly message: Bytes;
  readonly signature: Ed25519Signature;
};

/** Signs with the Ed25519 key that belongs to a `NoteKey`. */
export type SignEd25519 = (message: Bytes) => Ed25519Signature;

const typeByte: Readonly<Record<NoteKeyKind, number>> = { log: 0x01, witness: 0x04 };

/** A key's name as a note can carry it: not empty, no white space, no plus, no control characters. */
export const isKeyName = (name: string): boolean => /^[^\s+\p{Cc}\p{Z}]+$/u.test(name) && name.isWellFormed();

/** The first four bytes of SHA-256(name || newline || type || public key). */
export const noteKeyId = (sha: Sha256, { kind, name, publicKey }: NoteKey): Bytes =>
  sha(concat(utf8(`${name}\n`), new Uint8Array([typeByte[kind]]), publicKey)).slice(0, 4);

/** The key as text, `name+id+base64`, as other C2SP software is given it. */
export const verifierKey = (sha: Sha256, key: NoteKey): string =>
  `${key.name}+${hex(noteKeyId(sha, key))}+${base64(concat(new Uint8Array([typeByte[key.kind]]), key.publicKey))}`;

/** The key that such a text stands for; `LEDGER_MALFORMED` for another type of key, or where the id is not the key's. */
export function decodeVerifierKey(sha: Sha256, text: string): Result<NoteKey, ParleyError> {
  const malformed = fail(problem("LEDGER_MALFORMED", "not a verifier key"));
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text);
  const [, name = "", id = "", encoded = ""] = parts ?? [];
  const bytes = fromBase64(encoded);
  const kind = bytes === null ? undefined : (["log", "witness"] as const).find((it) => typeByte[it] === bytes[0]);
  if (bytes?.length !== 33 || kind === undefined || !isKeyName(name)) return malformed;
  const key: NoteKey = { kind, name, publicKey: bytes.slice(1) as Ed25519Key };
  return hex(noteKeyId(sha, key)) === id ? ok(key) : malformed;
}

export function encodeNote({ text, signatures }: Note): string {
  const lines = signatures.map(({ name, keyId, signature }) => `\u2014 ${name} ${base64(concat(keyId, signature))}\n`);
  return `${text}\n${lines.join("")}`;
}

/** The same as bytes, as it is sent and kept. */
export const noteBytes = (note: Note): Bytes => utf8(encodeNote(note));

function decodeSignature(line: string): NoteSignature | null {
  const [dash, name, encoded, ...more] = line.split(" ");
  if (dash !== "\u2014" || name === undefined || encoded === undefined || more.length > 0) return null;
  const bytes = fromBase64(encoded);
  if (!isKeyName(name) || bytes === null || bytes.length < 5) return null;
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/** The note that `bytes` are; `LEDGER_MALFORMED` otherwise. No signature has been checked. */
export function decodeNote(bytes: Uint8Array): Result<Note, ParleyError> {
  const malformed = (why: string) => fail(problem("LEDGER_MALFORMED", `note: ${why}`));
  if (bytes.length > maxNoteBytes) return malformed(`${bytes.length} bytes`);
  const whole = fromUtf8(bytes);
  if (whole === null) return malformed("not UTF-8");
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x0a)) return malformed("control characters");
  const end = whole.lastIndexOf("\n\n");
  if (end < 0 || !whole.endsWith("\n")) return malformed("no signatures");
  const lines = whole.slice(end + 2, -1).split("\n");
  if (lines.length > maxNoteSignatures) return malformed(`${lines.length} signatures`);
  const signatures = lines.map(decodeSignature);
  if (!signatures.every((signature) => signature !== null)) return malformed("a bad signature line");
  return ok({ text: whole.slice(0, end + 1), signatures });
}

/** The signature in the note that claims to be this key's, or null. */
export function signatureOf(sha: Sha256, note: Note, key: NoteKey): NoteSignature | null {
  const id = noteKeyId(sha, key);
  return note.signatures.find((it) => it.name === key.name && equal(it.keyId, id)) ?? null;
}

export const withSignature = (note: Note, signature: NoteSignature): Note => ({
  text: note.text,
  signatures: [...note.signatures, signature],
});
