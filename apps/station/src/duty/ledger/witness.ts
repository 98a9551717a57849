// The witness's duty: what to make of a checkpoint that a linked station offers. It cosigns only what continues everything it
// has cosigned before; a smaller tree, another root or a proof that does not hold stops it for good, both notes kept
// ([LG32]-[LG34]; C2SP tlog-witness, which answers 409 and 422 and leaves the stopping to whoever watches).
import { type Bytes, equal } from "@parley/base/bytes";
import type { Instant } from "@parley/base/time";
import { type AddCheckpoint, decodeAddCheckpoint } from "@parley/ledger/addCheckpoint";
import { type Checkpoint, checkpointSignature, cosign, decodeCheckpoint } from "@parley/ledger/checkpoint";
import { type Sha256, emptyRoot } from "@parley/ledger/hash";
import {
  type Ed25519Check,
  type Note,
  type NoteKey,
  type SignEd25519,
  encodeNote,
  noteBytes,
  signatureOf,
  withSignature,
} from "@parley/ledger/note";
import { verifyConsistency } from "@parley/ledger/proof";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { StopReason } from "@parley/protocol/peer/ledger";

export type WitnessContext = {
  readonly sha: Sha256;
  readonly check: (it: Ed25519Check) => boolean;
  /** The key under which the offering party's log signs, proven from its root. */
  readonly log: NoteKey;
  readonly witness: { readonly key: NoteKey; readonly sign: SignEd25519 };
  readonly now: Instant;
};

/** What the witness cosigned last of one log, with its own signature. */
export type Seen = { readonly checkpoint: Checkpoint; readonly note: Note };

export type Judged =
  /** To be kept before `lines` leave. */
  | { readonly type: "cosigned"; readonly seen: Seen; readonly lines: string }
  | { readonly type: "conflict"; readonly known: Bytes }
  | { readonly type: "stopped"; readonly why: StopReason; readonly known: Bytes; readonly shown: Bytes }
  | { readonly type: "refused"; readonly error: ParleyError };

/** What to answer to `request`; total. `seen` is null for a log that was never cosigned. */
export function judgeOffer(seen: Seen | null, request: Bytes, context: WitnessContext): Judged {
  const { sha, log } = context;
  const read = decodeAddCheckpoint(request);
  if (!read.ok) return { type: "refused", error: read.error };
  const { note } = read.value;
  const checkpoint = decodeCheckpoint(note.text);
  if (!checkpoint.ok) return { type: "refused", error: checkpoint.error };
  const signed = checkpointSignature(sha, note, log);
  if (checkpoint.value.origin !== log.name || signed === null || !context.check(signed.check))
    return { type: "refused", error: problem("SIGNATURE_INVALID", "a checkpoint that its log did not sign") };
  const why = contradiction(seen, read.value, checkpoint.value, sha);
  if (why === "conflict") return { type: "conflict", known: seen === null ? new Uint8Array(0) : noteBytes(seen.note) };
  if (why !== null && seen !== null)
    return { type: "stopped", why, known: noteBytes(seen.note), shown: noteBytes(note) };
  if (why !== null) return { type: "refused", error: problem("LEDGER_UNPROVEN", "a first checkpoint with a proof") };
  const signature = cosign(sha, note.text, context.witness.key, context.now, context.witness.sign);
  // Only what was checked is kept: the log's own line and ours.
  const own = note.signatures.filter((it) => it === signatureOf(sha, note, log));
  const cosigned = withSignature({ text: note.text, signatures: own }, signature);
  const lines = encodeNote({ text: "", signatures: [signature] }).slice(1);
  return { type: "cosigned", seen: { checkpoint: checkpoint.value, note: cosigned }, lines };
}

/** Why the offer does not continue what was seen; `conflict` where it only starts from another size; null where it does. */
function contradiction(
  seen: Seen | null,
  { old, proof }: AddCheckpoint,
  offered: Checkpoint,
  sha: Sha256,
): StopReason | "conflict" | null {
  const known = seen?.checkpoint ?? { size: 0, root: emptyRoot(sha) };
  // Offers come in the order in which they were signed, so a smaller one was signed after the larger.
  if (offered.size < known.size) return "rollback";
  if (offered.size === known.size && !equal(offered.root, known.root)) return "fork";
  if (old !== known.size) return "conflict";
  return verifyConsistency(sha, known, offered, proof) ? null : "unproven";
}
