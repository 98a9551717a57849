// Checkpoints (C2SP tlog-checkpoint): the size and root of a ledger at one moment, as a note that its station signs and that the
// other parties' stations, as witnesses, cosign with the time at which they saw it (C2SP tlog-cosignature, Ed25519 form).
// A witness's signature says: this is the largest tree I have seen of this ledger, and it continues all earlier ones.
import { concat, utf8 } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type Instant, instant } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Ed25519Signature } from "@parley/protocol/signed/signature";
import { base64, fromBase64 } from "./base64.ts";
import { type Sha256, type TreeHash, hashLength } from "./hash.ts";
import {
  type Ed25519Check,
  type Note,
  type NoteKey,
  type NoteSignature,
  type SignEd25519,
  isKeyName,
  noteKeyId,
  signatureOf,
} from "./note.ts";

/** `origin` names the ledger, and is the name of the key that signs it. `size` is below 2^53. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: TreeHash };

/** The text of a checkpoint; ours have no extension lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (!isKeyName(origin) || !Number.isSafeInteger(size) || size < 0 || root.length !== hashLength)
    throw new RangeError(`not a checkpoint: ${origin} ${size}`);
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/** Reads the text of a note as a checkpoint; extension lines are allowed and ignored. `LEDGER_MALFORMED` otherwise. */
export function decodeCheckpoint(text: string): Result<Checkpoint, ParleyError> {
  const malformed = (why: string) => fail(problem("LEDGER_MALFORMED", `checkpoint: ${why}`));
  if (!text.endsWith("\n")) return malformed("no final newline");
  const [origin = "", digits = "", encoded = "", ...extensions] = text.slice(0, -1).split("\n");
  if (!isKeyName(origin)) return malformed("no origin");
  const size = Number(digits);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(digits) || !Number.isSafeInteger(size)) return malformed("no size");
  const root = fromBase64(encoded);
  if (root?.length !== hashLength) return malformed("no root");
  if (extensions.some((line) => line === "")) return malformed("an empty extension line");
  return ok({ origin, size, root: root as TreeHash });
}

/** The checkpoint as a note signed by its ledger's key. */
export function signCheckpoint(sha: Sha256, checkpoint: Checkpoint, key: NoteKey, sign: SignEd25519): Note {
  const text = checkpointText(checkpoint);
  return { text, signatures: [{ name: key.name, keyId: noteKeyId(sha, key), signature: sign(utf8(text)) }] };
}

/** What a witness signs: a header, its time in whole seconds, and the checkpoint's text. */
const cosignedMessage = (text: string, seconds: bigint) => utf8(`cosignature/v1\ntime ${seconds}\n${text}`);

const secondsOf = (time: Instant): bigint => BigInt(Math.floor(time / 1000));

const timestampLength = 8;

function timestamp(seconds: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(timestampLength);
  new DataView(bytes.buffer).setBigUint64(0, seconds);
  return bytes;
}

/**
 * A witness's signature over a checkpoint at `time` of the witness's clock. The caller must have checked the ledger's own
 * signature and a consistency proof from the last checkpoint it cosigned, and must keep this one before it lets it out.
 */
export function cosign(sha: Sha256, text: string, key: NoteKey, time: Instant, sign: SignEd25519): NoteSignature {
  const seconds = secondsOf(time);
  const signature = concat(timestamp(seconds), sign(cosignedMessage(text, seconds)));
  return { name: key.name, keyId: noteKeyId(sha, key), signature };
}

/** A signature of a known key on a checkpoint: what has to be checked, and for a witness the time that it says. */
export type CheckpointSignature = { readonly check: Ed25519Check; readonly at: Instant | null };

/** What this key has signed in the note: null when there is nothing of it or it is not of a signature's form. */
export function checkpointSignature(sha: Sha256, note: Note, key: NoteKey): CheckpointSignature | null {
  const found = signatureOf(sha, note, key)?.signature;
  if (found === undefined) return null;
  if (key.kind === "log") {
    if (found.length !== 64) return null;
    const signature = found as Ed25519Signature;
    return { check: { publicKey: key.publicKey, message: utf8(note.text), signature }, at: null };
  }
  if (found.length !== timestampLength + 64) return null;
  const seconds = new DataView(found.buffer, found.byteOffset).getBigUint64(0);
  if (seconds >= 1n << 43n) return null;
  const signature = found.slice(timestampLength) as Ed25519Signature;
  return {
    check: { publicKey: key.publicKey, message: cosignedMessage(note.text, seconds), signature },
    at: instant(Number(seconds) * 1000),
  };
}
