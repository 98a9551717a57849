// The log's side of witnessing: what to make of a witness's answer to a checkpoint that we offered. An answer that says we
// once signed what our record does not hold stops us too: then it is ours that was changed ([LG35] [LG36]).
import { type Bytes, equal, utf8 } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type Checkpoint, checkpointSignature, decodeCheckpoint } from "@parley/ledger/checkpoint";
import type { Sha256, TreeHash } from "@parley/ledger/hash";
import { type Ed25519Check, type Note, type NoteKey, decodeNote, encodeNote } from "@parley/ledger/note";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { StopReason } from "@parley/protocol/peer/ledger";

export type LogContext = {
  readonly sha: Sha256;
  readonly check: (it: Ed25519Check) => boolean;
  /** The log's key: our own, but where another's word about itself is read. */
  readonly log: NoteKey;
  /** The size of our record as it is, and its root at any size up to that. */
  readonly size: number;
  readonly rootAt: (size: number) => TreeHash;
};

/** A checkpoint that lies with a witness. */
export type Outstanding = { readonly size: number; readonly note: Note };

/** The note with the witness's signature, its `lines` checked under `witness`. SIGNATURE_INVALID, LEDGER_MALFORMED. */
export function takeCosignature(
  { note }: Outstanding,
  lines: string,
  witness: NoteKey,
  { sha, check }: LogContext,
): Result<Note, ParleyError> {
  const whole = decodeNote(utf8(encodeNote(note) + lines));
  if (!whole.ok) return whole;
  const signature = whole.value.text === note.text ? checkpointSignature(sha, whole.value, witness) : null;
  if (signature === null || signature.at === null || !check(signature.check))
    return fail(problem("SIGNATURE_INVALID", "a cosignature"));
  const added = whole.value.signatures.length - note.signatures.length;
  return added === 1 ? ok(whole.value) : fail(problem("LEDGER_MALFORMED", `${added} signatures for one`));
}

/** The checkpoint in a note, where the log's key has signed it; else null. */
export function signedCheckpoint(bytes: Bytes, { sha, check, log }: LogContext): Checkpoint | null {
  const note = decodeNote(bytes);
  const read = note.ok ? decodeCheckpoint(note.value.text) : note;
  if (!note.ok || !read.ok || read.value.origin !== log.name) return null;
  const own = checkpointSignature(sha, note.value, log);
  return own !== null && check(own.check) ? read.value : null;
}

export type Conflict =
  /** To be offered again, from the size that the witness knows. */
  | { readonly type: "again"; readonly from: number }
  /** We signed it, and our record does not hold it. */
  | { readonly type: "contradicted"; readonly why: StopReason }
  | { readonly type: "unfit" };

/** What the checkpoint that a witness knows of us means; `known` is empty where it knows none. */
export function judgeConflict(known: Bytes, context: LogContext): Conflict {
  if (known.length === 0) return { type: "again", from: 0 };
  const checkpoint = signedCheckpoint(known, context);
  if (checkpoint === null) return { type: "unfit" };
  if (checkpoint.size > context.size) return { type: "contradicted", why: "rollback" };
  if (!equal(context.rootAt(checkpoint.size), checkpoint.root)) return { type: "contradicted", why: "fork" };
  return { type: "again", from: checkpoint.size };
}
