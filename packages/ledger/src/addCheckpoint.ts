// The body of C2SP tlog-witness's add-checkpoint request: the size of the tree that the witness cosigned last, the consistency
// proof from it in lines of base64, an empty line, and the checkpoint's note.
import { type Bytes, fromUtf8, utf8 } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { maxAddCheckpointBytes } from "@parley/protocol/peer/ledger";
import { base64, fromBase64 } from "./base64.ts";
import { type TreeHash, hashLength } from "./hash.ts";
import { type Note, decodeNote, encodeNote } from "./note.ts";

/** Lines of proof that a witness must accept and may refuse beyond (C2SP tlog-witness). */
const maxProof = 63;

export type AddCheckpoint = { readonly old: number; readonly proof: readonly TreeHash[]; readonly note: Note };

export const encodeAddCheckpoint = ({ old, proof, note }: AddCheckpoint): Bytes =>
  utf8(`old ${old}\n${proof.map((hash) => `${base64(hash)}\n`).join("")}\n${encodeNote(note)}`);

/** The request that `bytes` are; `LEDGER_MALFORMED` otherwise. Nothing in it has been checked. */
export function decodeAddCheckpoint(bytes: Uint8Array): Result<AddCheckpoint, ParleyError> {
  const malformed = (why: string) => fail(problem("LEDGER_MALFORMED", `offer: ${why}`));
  if (bytes.length > maxAddCheckpointBytes) return malformed(`${bytes.length} bytes`);
  const whole = fromUtf8(bytes);
  const end = whole?.indexOf("\n\n") ?? -1;
  if (whole === null || end < 0) return malformed("no checkpoint");
  const [first = "", ...lines] = whole.slice(0, end).split("\n");
  const digits = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1];
  if (digits === undefined || !Number.isSafeInteger(Number(digits))) return malformed("no old size");
  if (lines.length > maxProof) return malformed(`${lines.length} hashes`);
  const proof = lines.map(fromBase64);
  if (!proof.every((hash) => hash?.length === hashLength)) return malformed("a bad hash");
  const note = decodeNote(utf8(whole.slice(end + 2)));
  return note.ok ? ok({ old: Number(digits), proof: proof as TreeHash[], note: note.value }) : note;
}
