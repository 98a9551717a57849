// An inclusion proof with its checkpoint as one text file that stands by itself (C2SP tlog-proof): for a single entry shown to
// somebody who has the keys and nothing else.
import { fromUtf8, utf8 } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxNoteBytes } from "@parley/protocol/limits";
import { base64, fromBase64 } from "./base64.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import { type Sha256, type TreeHash, hashLength, leafHash } from "./hash.ts";
import { type Note, decodeNote, encodeNote } from "./note.ts";
import { verifyInclusion } from "./proof.ts";

const firstLine = "c2sp.org/tlog-proof@v1";

/** Hashes in one proof: as many as the levels of the largest tree. */
const maxPath = 53;

export type LogProof = { readonly index: number; readonly path: readonly TreeHash[]; readonly checkpoint: Note };

export const encodeLogProof = ({ index, path, checkpoint }: LogProof): string =>
  `${firstLine}\nindex ${index}\n${path.map((hash) => `${base64(hash)}\n`).join("")}\n${encodeNote(checkpoint)}`;

/** The proof that `bytes` are, `extra` lines passed over; `LEDGER_MALFORMED` otherwise. Nothing in it has been checked. */
export function decodeLogProof(bytes: Uint8Array): Result<LogProof, ParleyError> {
  const malformed = (why: string) => fail(problem("LEDGER_MALFORMED", `proof: ${why}`));
  if (bytes.length > 2 * maxNoteBytes) return malformed(`${bytes.length} bytes`);
  const whole = fromUtf8(bytes);
  const end = whole?.indexOf("\n\n") ?? -1;
  if (whole === null || end < 0) return malformed("no checkpoint");
  const [first, ...rest] = whole.slice(0, end).split("\n");
  if (first !== firstLine) return malformed("another format");
  const [indexLine = "", ...hashes] = rest[0]?.startsWith("extra ") ? rest.slice(1) : rest;
  const digits = /^index (0|[1-9][0-9]{0,15})$/.exec(indexLine)?.[1];
  if (digits === undefined || !Number.isSafeInteger(Number(digits))) return malformed("no index");
  if (hashes.length > maxPath) return malformed(`${hashes.length} hashes`);
  const path = hashes.map(fromBase64);
  if (!path.every((hash) => hash?.length === hashLength)) return malformed("a bad hash");
  const checkpoint = decodeNote(utf8(whole.slice(end + 2)));
  return checkpoint.ok
    ? ok({ index: Number(digits), path: path as TreeHash[], checkpoint: checkpoint.value })
    : checkpoint;
}

/** Whether the entry stands where the proof says, in the tree of its checkpoint; the checkpoint's signatures are the caller's to check. */
export function holdsEntry(sha: Sha256, proof: LogProof, entry: Uint8Array): boolean {
  const checkpoint = decodeCheckpoint(proof.checkpoint.text);
  if (!checkpoint.ok) return false;
  const { size, root } = checkpoint.value;
  return verifyInclusion(sha, leafHash(sha, entry), proof.index, size, proof.path, root);
}
